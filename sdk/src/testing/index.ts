/**
 * Testing plugins: a host in memory, and one conformance suite for each contract. Works with every test runner.
 *
 * @module
 */
export { describeLocalMetadata, type LocalMetadataExamples } from './local-metadata-suite.ts';
export { describeMetadata, type MetadataExamples } from './metadata-suite.ts';
export type { Runner, SuiteOptions } from './suite.ts';
export {
  createTestHost,
  type Seen,
  type TestCall,
  type TestConnection,
  type TestHost,
  type TestHostOptions,
} from './test-host.ts';

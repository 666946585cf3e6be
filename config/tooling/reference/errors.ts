import { errorCodes } from '../../../core/src/kernel/errors.ts';
import { errorCodes as pluginCodes } from '../../../sdk/src/errors.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Every error code, with the status it travels under. */
export function describeErrors(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, [status, meaning]]) => `| \`${code}\` | ${status} | ${cell(meaning)} |`,
  );
  const plugins = Object.entries(pluginCodes).map(([code, meaning]) => `| \`${code}\` | ${cell(meaning)} |`);
  return `# Errors

Generated from the code; run \`npm run reference\`.

Every error of the API is one \`application/problem+json\` body (RFC 9457). \`error_code\` is one of the codes below and never changes its
meaning; \`detail\` is a sentence for people; \`errors\` lists the faulty fields of a 400, each with \`path\` and \`message\`; \`fix\` says what to do
where something can be done. \`request_id\` and \`correlation_id\` find the request in the log, \`reference\` finds a fault of the server.
Further members are named by the code, for example \`resource\` and \`identifier\` of a 404.

| Code | Status | Meaning |
| --- | --- | --- |
${rows.join('\n')}

## Codes of plugins

A plugin fails with \`fail(code, message)\` of the SDK.

| Code | Meaning |
| --- | --- |
${plugins.join('\n')}
`;
}

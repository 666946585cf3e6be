/** The package types its small build like the whole one, but does not say so. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}

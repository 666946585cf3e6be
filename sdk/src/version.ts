/** Version of this SDK; a plugin's manifest names the range it was made for. */
export const sdkVersion = '0.1.0';

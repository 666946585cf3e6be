/** The address of a picture of the API in the width a slot needs, below the path the app is served under. */
export function pictureUrl(base: string, url: string, width: number): string {
  const address = url.startsWith('/') && !(base && url.startsWith(`${base}/`)) ? base + url : url;
  return `${address}${address.includes('?') ? '&' : '?'}width=${width}`;
}

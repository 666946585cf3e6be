const secretName =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-csrf-token|x-api-key|x-plex-token|x-emby-token|password|passwd|passphrase|secret|secrets|client_?secret|token|access_?token|refresh_?token|id_?token|api_?key|apikey|secret_?key|private_?key|signature|credentials)$/i;
const inUrl =
  /([?&;](?:s|sig|signature|token|access_token|refresh_token|apikey|api_key|key|code|password|r|passkey|X-Plex-Token|X-Emby-Token|X-Amz-Signature|X-Amz-Credential)=)[^&\s"'<>#]+/gi;
const inUserInfo = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;
const bearer = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi;
const ownToken = /\bv[a-z]{1,3}_[A-Za-z0-9_-]{32,}/g;

export const redacted = '[redacted]';

/** Whether a member of this name holds a secret. */
export const isSecretName = (name: string): boolean => secretName.test(name);

/** A text without passwords in addresses, tokens and signatures in queries, and bearer tokens. */
export function redactText(text: string): string {
  let out = text;
  if (out.includes('=')) out = out.replace(inUrl, `$1${redacted}`);
  if (out.includes('://')) out = out.replace(inUserInfo, `$1${redacted}@`);
  if (/bearer|basic/i.test(out)) out = out.replace(bearer, `$1 ${redacted}`);
  return out.includes('_') ? out.replace(ownToken, redacted) : out;
}

const deepest = 8;

/** A copy without secrets: members with a telling name, and what `redactText` finds in the rest. */
export function redact(value: unknown, depth = 0, seen: object[] = []): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= deepest || seen.includes(value)) return '[…]';
  const within = [...seen, value];
  if (value instanceof Error) return redactError(value, depth, within);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1, within));
  if (value instanceof Map || value instanceof Set) return redact([...value], depth, seen);
  return redactMembers(value, depth, within);
}

function redactMembers(value: object, depth: number, within: object[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const isHidden = isSecretName(name) && member !== undefined && member !== null && typeof member !== 'boolean';
    out[name] = isHidden ? redacted : redact(member, depth + 1, within);
  }
  return out;
}

function redactError(error: Error, depth: number, within: object[]): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return {
    ...redactMembers({ ...error }, depth, within),
    type: name,
    message: redactText(message),
    stack: redactText(stack ?? ''),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1, within) }),
  };
}

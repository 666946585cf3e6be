/** What a check of `doctor` found. */
export interface Finding {
  name: string;
  state: 'ok' | 'warning' | 'fault';
  message: string;
  /** What to do, `` where nothing needs doing. */
  fix: string;
}

export const ok = (name: string, message: string): Finding => ({ name, state: 'ok', message, fix: '' });
export const warning = (name: string, message: string, fix: string): Finding => ({
  name,
  state: 'warning',
  message,
  fix,
});
export const fault = (name: string, message: string, fix: string): Finding => ({ name, state: 'fault', message, fix });

/** An error as a finding; its own fix where it has one. */
export function faultOf(name: string, error: unknown, fix: string): Finding {
  const { message, fix: own } = error as { message?: string; fix?: string };
  return fault(name, message ?? String(error), own ?? fix);
}

/** Without the members that were emptied: for a secret that means "keep what is stored". */
export const stripped = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''));

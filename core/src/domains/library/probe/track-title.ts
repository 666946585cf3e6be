/** Many files say it in the name of the track and leave the flag alone. */
export const hearsTitle = (title: string | undefined): boolean =>
  title !== undefined && /\b(sdh|cc|hearing[ -]impaired)\b/i.test(title);

export const forcedTitle = (title: string | undefined): boolean => title !== undefined && /\bforced\b/i.test(title);

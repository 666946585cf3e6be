/** A note as the route gives it. */
export interface Note {
  id: string;
  text: string;
  at: string;
}

export function noteItem({ text, at }: Note): HTMLLIElement {
  const item = document.createElement('li');
  const time = Object.assign(document.createElement('time'), {
    dateTime: at,
    textContent: new Date(at).toLocaleString(),
  });
  // textContent, never innerHTML: what people write stays text.
  item.append(Object.assign(document.createElement('p'), { textContent: text }), time);
  return item;
}

import type { Mount } from '@vitascope/sdk/web';
import { noteItem, type Note } from './parts/note.ts';

/** The app calls this with an empty element; what it returns takes the page away again. */
export const mount: Mount = (target, host) => {
  const form = document.createElement('form');
  const field = Object.assign(document.createElement('input'), { name: 'text', required: true, maxLength: 500 });
  field.setAttribute('aria-label', 'Note');
  form.append(field, Object.assign(document.createElement('button'), { textContent: 'Write' }));
  const wall = document.createElement('ul');
  wall.className = 'notes-wall';
  target.append(form, wall);

  const load = async () => {
    const { items } = await host.api.get<{ items: Note[] }>('notes');
    wall.replaceChildren(...items.map(noteItem));
  };
  const report = (error: Error) => host.toast(error.message, { kind: 'error' });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    host.api
      .post('notes', { text: field.value })
      .then(() => form.reset())
      .then(load)
      .catch(report);
  });
  load().catch(report);
  return () => target.replaceChildren();
};

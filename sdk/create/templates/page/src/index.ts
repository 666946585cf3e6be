import { collection, definePlugin, page, route, z } from '@vitascope/sdk';

const Note = z.object({ id: z.string(), text: z.string().min(1).max(500), at: z.iso.datetime() });
/** Documents in the server's database, this plugin's own. */
const notes = collection('notes', Note, { index: ['at'] });

const list = route(
  'GET /notes',
  { output: z.object({ items: z.array(Note) }), summary: 'All notes, newest first' },
  (_, c) => c.data(notes).query({ order: '-at', limit: 100 }),
);
const add = route(
  'POST /notes',
  { input: Note.pick({ text: true }), output: Note, summary: 'Write a note' },
  async ({ text }, c) => {
    const note = { id: crypto.randomUUID(), text, at: new Date().toISOString() };
    await c.data(notes).put(note.id, note);
    return note;
  },
);

export default definePlugin({
  data: [notes],
  routes: [list, add],
  pages: [
    // A browser module: src/web/notes.ts.
    page({
      path: 'notes',
      title: '{{name}}',
      icon: 'notebook',
      nav: true,
      module: 'notes.js',
      styles: ['notes.css'],
    }),
    // A page that the app draws itself, over a route: no browser code.
    page({ path: 'table', title: '{{name}}, as a table', show: [{ table: list, columns: ['at', 'text'] }] }),
  ],
});

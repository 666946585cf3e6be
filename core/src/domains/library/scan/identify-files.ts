import type { FoundPicture } from '../../catalog/catalog-entry.ts';
import { decide, type Decision, type LocalDescription } from './decide.ts';
import { stemOf } from './file-kinds.ts';
import type { FolderShape } from './folder-shape.ts';
import type { PreparedFile } from './prepare-file.ts';
import type { PathResolver } from './resolve-paths.ts';
import type { LocalAnswer, LocalSubject, ScanHost } from './scan-types.ts';
import {
  findPictures,
  findSubtitles,
  subjectFor,
  type CompiledSource,
  type ExternalSubtitle,
  type PictureQuestion,
} from './sidecars.ts';

/** What sidecars say of a show or a season. */
export interface FolderDescription {
  descriptions: readonly LocalDescription[];
  pictures: readonly FoundPicture[];
}

export interface IdentifiedFile {
  file: PreparedFile;
  shape: FolderShape;
  decision: Decision;
  descriptions: readonly LocalDescription[];
  pictures: readonly FoundPicture[];
  subtitles: readonly ExternalSubtitle[];
  show: FolderDescription | undefined;
  season: FolderDescription | undefined;
}

export interface PlacedFile {
  file: PreparedFile;
  shape: FolderShape;
}

export interface IdentifyOptions {
  libraryType: 'movies' | 'shows' | 'mixed';
  sources: readonly CompiledSource[];
  host: ScanHost;
  paths: PathResolver;
}

/** Asks local metadata about files, their seasons and shows, all at once, and decides what each is. A show is read once a scan. */
export class FileIdentifier {
  readonly #options: IdentifyOptions;
  readonly #folders = new Map<string, Promise<FolderDescription>>();

  constructor(options: IdentifyOptions) {
    this.#options = options;
  }

  async identify(files: readonly PlacedFile[]): Promise<IdentifiedFile[]> {
    const asked = new Batch(this.#options);
    const questions = files.map((placed) => this.#ask(asked, placed));
    await asked.send();
    return Promise.all(questions.map((question) => question()));
  }

  #ask(batch: Batch, { file, shape }: PlacedFile): () => Promise<IdentifiedFile> {
    const { libraryType } = this.#options;
    const stem = stemOf(file.found.name);
    const isEpisode = shape.show !== undefined || file.name.type === 'episode';
    const question: PictureQuestion = {
      type: isEpisode ? 'episode' : 'movie',
      folder: shape.sidecars,
      variables: { stem },
      shared: shape.ownsFilm,
    };
    const own = batch.ask({ ...question, name: file.found.name });
    const show =
      shape.show &&
      this.#folder(batch, `show:${shape.show.path}`, { type: 'show', folder: shape.show, variables: {}, shared: true });
    const season = shape.show && this.#season(batch, shape, file);
    return async () => {
      const { descriptions, pictures } = own();
      return {
        file,
        shape,
        decision: decide({ libraryType, name: file.name, descriptions }),
        descriptions,
        pictures,
        subtitles: findSubtitles(shape.sidecars, file.found.name),
        show: await show,
        season: await season,
      };
    };
  }

  /** A season's sidecars lie in its own folder or, with its number, in the show's. */
  #season(batch: Batch, shape: FolderShape, file: PreparedFile): Promise<FolderDescription> | undefined {
    const number = shape.season ?? file.name.season;
    if (number === undefined || !shape.show) return undefined;
    const variables = { season: String(number).padStart(2, '0') };
    const inShow: PictureQuestion = { type: 'season', folder: shape.show, variables, shared: false };
    const own = shape.season === undefined ? undefined : { ...inShow, folder: shape.sidecars, shared: true };
    const first = this.#folder(batch, `season:${shape.show.path}:${number}`, inShow);
    if (!own) return first;
    const second = this.#folder(batch, `season:${shape.sidecars.path}`, own);
    return Promise.all([second, first]).then(([a, b]) => ({
      descriptions: [...a.descriptions, ...b.descriptions],
      pictures: [...a.pictures, ...b.pictures],
    }));
  }

  #folder(batch: Batch, key: string, question: PictureQuestion): Promise<FolderDescription> {
    const known = this.#folders.get(key);
    if (known) return known;
    const answer = batch.ask({ ...question, name: question.folder.path.split(/[/\\]/).at(-1) ?? '' });
    const made = batch.sent.then(answer);
    this.#folders.set(key, made);
    return made;
  }
}

/** Questions to local sources, gathered so that each source is asked once. */
class Batch {
  readonly #options: IdentifyOptions;
  readonly #subjects = new Map<string, LocalSubject[]>();
  readonly #answers = new Map<string, LocalAnswer[]>();
  readonly #done = Promise.withResolvers<void>();
  readonly sent = this.#done.promise;

  constructor(options: IdentifyOptions) {
    this.#options = options;
    this.sent.catch(() => undefined);
  }

  /** The way to the answers, once they are there. */
  ask(question: PictureQuestion & { name: string }): () => FolderDescription {
    const places = this.#options.sources.flatMap((compiled) => {
      const subject = subjectFor(compiled, question);
      if (!subject) return [];
      const subjects = this.#subjects.get(compiled.source.id) ?? [];
      this.#subjects.set(compiled.source.id, subjects);
      return [{ id: compiled.source.id, name: compiled.source.name, index: subjects.push(subject) - 1 }];
    });
    const pictures = findPictures(this.#options.sources, question);
    return () => {
      const answers = places.flatMap(({ id, name, index }) =>
        this.#describe(name, question.folder.path, this.#answers.get(id)?.[index]),
      );
      return {
        descriptions: answers.map(({ description }) => description),
        pictures: [...pictures, ...answers.flatMap((answer) => answer.pictures)],
      };
    };
  }

  #describe(provider: string, folder: string, answer: LocalAnswer | undefined) {
    if (!answer?.data) return [];
    const { data, pictures } = this.#options.paths.resolve(answer.data, folder, provider);
    const more = (answer.more ?? []).map((each) => this.#options.paths.resolve(each, folder, provider).data);
    return [{ description: { provider, data, more, confidence: answer.confidence }, pictures }];
  }

  async send(): Promise<void> {
    try {
      await Promise.all(
        [...this.#subjects].map(async ([id, subjects]) => {
          this.#answers.set(id, await this.#options.host.readLocal(id, subjects));
        }),
      );
      this.#done.resolve();
    } catch (error) {
      this.#done.reject(error);
      throw error;
    }
  }
}

import { z } from 'zod';

/** A section may be left out altogether: all its members have defaults. */
const section = <Shape extends z.ZodRawShape>(description: string, shape: Shape) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .describe(description);

const text = z.string().min(1).max(4096);
const optionalSecret = z.string().min(1).max(4096).optional();
const cidr = /^([0-9.]+(\/\d{1,2})?|[0-9a-fA-F:.]+(\/\d{1,3})?|loopback|linklocal|private)$/;

const server = section('Where and how the server listens.', {
  host: text.default('127.0.0.1').describe('Address to listen on; `0.0.0.0` or `::` for the whole network.'),
  port: z.int().min(0).max(65_535).default(8420).describe('Port to listen on; 0 takes any free one.'),
  name: text.max(100).default('Vitascope').describe('Name of this server, shown in the web app.'),
  basePath: z
    .string()
    .regex(
      /^\/([A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*)?$/,
      'Must begin with / and must not end with one, for example /vita',
    )
    .default('/')
    .describe('Path under which everything is served, for a reverse proxy that shares a host: `/vita`.'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'Must be an http or https address' })
    .optional()
    .describe('Address under which people reach the server, for links in notifications and sign-in redirects.')
    .meta({ examples: ['https://tv.example/vita'] }),
  trustedProxies: z
    .array(z.string().regex(cidr, 'Must be an address, a CIDR range, `loopback`, `linklocal` or `private`'))
    .max(100)
    .default([])
    .describe(
      'Reverse proxies whose `X-Forwarded-*` headers are believed: addresses, CIDR ranges, `loopback`, `linklocal`, `private`.',
    ),
  secureCookies: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('`auto` marks cookies Secure whenever the request came by https.'),
  shutdownGraceSeconds: z
    .number()
    .min(0)
    .max(600)
    .default(10)
    .describe('How long running requests and jobs may take to finish at shutdown.'),
});

const database = section('Where everything but media is kept.', {
  url: z
    .string()
    .regex(/^(postgres(ql)?(\+\w+)?:\/\/|sqlite(\+\w+)?:|file:).+/, 'Must begin with postgresql:// or sqlite:')
    .optional()
    .describe(
      '`postgresql://user:password@host/name`, or `sqlite:/path/to/file`. Unset: an SQLite file in the data directory.',
    )
    .meta({ examples: ['postgresql://vitascope:${env:DB_PASSWORD}@db/vitascope'] }),
  poolSize: z.int().min(1).max(200).default(10).describe('Connections to PostgreSQL at most.'),
});

const log = section('What is written to the log.', {
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least serious level that is written. `debug` has a line for every request.'),
  format: z
    .enum(['auto', 'json', 'pretty'])
    .default('auto')
    .describe('`auto`: for people on a terminal, JSON elsewhere.'),
  keepLines: z.int().min(100).max(100_000).default(2000).describe('Recent lines kept in memory for the log page.'),
});

const auth = section('Accounts and sessions.', {
  registration: z.enum(['open', 'closed']).default('closed').describe('Whether strangers may create accounts.'),
  sessionDays: z.number().min(0.01).max(3650).default(30).describe('Days after which an unused session ends.'),
  accessMinutes: z
    .number()
    .min(1)
    .max(10_080)
    .default(60)
    .describe('Minutes after which an access token must be refreshed.'),
});

const libraryType = z.enum(['movies', 'shows', 'mixed']);
const library = z.strictObject({
  name: text.max(100).describe('Name, unique among the libraries.'),
  type: libraryType.describe('What lies in the folders.'),
  folders: z.array(text).min(1).max(100).describe('Root folders.'),
  watch: z.boolean().default(true).describe('Watch the folders and scan what changes.'),
  settleSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(10)
    .describe('Seconds a file must be unchanged before it is looked at.'),
  language: text.max(35).default('en').describe('Preferred language of titles and descriptions, as a BCP 47 tag.'),
  matchThreshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe('Matches less certain than this wait in the review queue.'),
});
const libraries = z
  .array(library)
  .max(200)
  .default([])
  .describe('Libraries that this file declares. Those made in the web app are kept beside them.')
  .meta({ examples: [[{ name: 'Films', type: 'movies', folders: ['/srv/media/films'] }]] });

const playback = section('Playing and converting.', {
  ffmpeg: text.default('ffmpeg').describe('Path or name of ffmpeg.'),
  hardwareAcceleration: z
    .enum(['none', 'vaapi', 'qsv', 'nvenc', 'videotoolbox'])
    .default('none')
    .describe('What converts video.'),
  hardwareDevice: text
    .optional()
    .describe('Device of the hardware acceleration, for example `/dev/dri/renderD128`.')
    .meta({ examples: ['/dev/dri/renderD128'] }),
  maxTranscodes: z.int().min(0).max(100).default(2).describe('Conversions that may run at once; 0 allows none.'),
  transcodeDir: text
    .optional()
    .describe('Folder for converted segments. Unset: `transcode` in the data directory.')
    .meta({ examples: ['/var/tmp/vitascope'] }),
  signedUrlHours: z.number().min(0.1).max(168).default(24).describe('Hours for which a stream address stays valid.'),
});

const percent = z.number().min(0).max(100);
const tracking = section('When a title counts as watched and where it resumes.', {
  preset: z
    .enum(['jellyfin', 'kodi', 'plex', 'trakt'])
    .default('jellyfin')
    .describe('Rules to begin with; each account may choose its own.'),
  minResumePercent: percent
    .optional()
    .describe('No resume point below this share; overrides the preset.')
    .meta({ examples: [5] }),
  maxResumePercent: percent
    .optional()
    .describe('Counts as watched above this share; overrides the preset.')
    .meta({ examples: [90] }),
  minResumeSeconds: z
    .number()
    .min(0)
    .max(86_400)
    .optional()
    .describe('No resume point before this time; overrides the preset.')
    .meta({ examples: [60] }),
  minDurationSeconds: z
    .number()
    .min(0)
    .max(86_400)
    .optional()
    .describe('Titles shorter than this never resume; overrides the preset.')
    .meta({ examples: [300] }),
});

const jobs = section('Background work.', {
  workers: z.int().min(1).max(64).default(2).describe('Jobs that run at once.'),
  historyDays: z.number().min(0).max(3650).default(30).describe('Days for which finished jobs are kept.'),
});

const plugins = section('Plugins.', {
  folders: z
    .array(text)
    .max(20)
    .default([])
    .describe('Further folders with plugins, beside the bundled ones and `plugins` in the data directory.'),
  disabled: z.array(text.max(100)).max(500).default([]).describe('Ids of plugins that stay off.'),
  safeMode: z.boolean().default(false).describe('Start without any plugin that is not bundled.'),
  registry: z
    .url({ protocol: /^https?$/ })
    .default('https://registry.npmjs.org')
    .describe('npm registry from which `npm:<name>` is installed.'),
  indexes: z
    .array(text)
    .max(20)
    .default([])
    .describe('Lists of plugins to search and install from: https addresses, or absolute paths of JSON files.')
    .meta({ examples: [['https://plugins.example/index.json']] }),
  place: z
    .record(z.string().max(100), z.enum(['server', 'process']))
    .default({})
    .describe(
      'Where plugins run, by id, `*` for all that are not named: in the server, or each in a process of its own, where it can do less harm. Bundled ones run in the server unless told, all others in a process.',
    )
    .meta({ examples: [{ nfo: 'process' }] }),
  options: z
    .record(z.string().max(100), z.record(z.string().max(100), z.unknown()))
    .default({})
    .describe('Options of plugins by id; they override what is set in the web app.')
    .meta({ examples: [{ nfo: { writeFiles: true } }] }),
});

const perMinute = z.int().min(0).max(10_000_000);
const limits = section('Protection against too many and too large requests. 0 switches a limit off.', {
  requestsPerMinute: perMinute.default(6000).describe('Requests of one account, or of one address without an account.'),
  authPerMinute: perMinute.default(20).describe('Sign-ins, registrations and password changes of one address.'),
  heavyPerMinute: perMinute.default(120).describe('Costly requests of one account, for example starting playback.'),
  bodyBytes: z.int().min(1024).max(100_000_000).default(1_048_576).describe('Largest JSON body.'),
  eventStreamsPerAccount: z.int().min(1).max(1000).default(20).describe('Open event streams of one account.'),
});

const security = section('Keys.', {
  secretKey: z
    .string()
    .min(32, 'Must have at least 32 characters')
    .max(4096)
    .optional()
    .describe(
      'Key for stored secrets and signatures, best as `${file:…}`. Unset: made once and kept in the data directory, mode 0600.',
    )
    .meta({ examples: ['${file:/run/secrets/vitascope}'] }),
});

const services = section('Credentials of outside services that plugins take as their first connection.', {
  tmdb: section('The Movie Database.', {
    apiKey: optionalSecret.describe('API key or read access token.').meta({ examples: ['${env:TMDB_API_KEY}'] }),
  }),
  trakt: section('Trakt.', {
    clientId: optionalSecret
      .describe('Client id of the API application.')
      .meta({ examples: ['${env:TRAKT_CLIENT_ID}'] }),
    clientSecret: optionalSecret
      .describe('Client secret of the API application.')
      .meta({ examples: ['${file:/run/secrets/trakt}'] }),
    redirectUri: z
      .url()
      .optional()
      .describe('Redirect address registered for the API application.')
      .meta({ examples: ['https://tv.example/api/v1/connections/trakt/callback'] }),
  }),
  nzbgeek: section('NZBGeek.', {
    apiKey: optionalSecret.describe('API key.').meta({ examples: ['${env:NZBGEEK_API_KEY}'] }),
  }),
});

const downloads = section('Downloads.', {
  maxActive: z.int().min(1).max(100).default(3).describe('Downloads that run at once.'),
  pollIntervalSeconds: z
    .number()
    .min(1)
    .max(86_400)
    .default(3)
    .describe('Seconds between looks at a remote download client.'),
  retryBackoffSeconds: z
    .number()
    .min(0)
    .max(86_400)
    .default(15)
    .describe('Seconds before a failed download is tried again.'),
});

/** The whole configuration file. Every member has a description: it becomes the reference and the editor's help. */
export const ConfigSchema = z
  .strictObject({
    dataDir: text
      .default('./data')
      .describe('Folder for database, keys, caches and plugins. Environment: `VITASCOPE_DATA_DIR`.'),
    server,
    database,
    log,
    auth,
    libraries,
    playback,
    tracking,
    jobs,
    plugins,
    limits,
    security,
    services,
    downloads,
  })
  .describe('Configuration of a Vitascope server.');

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The configuration after defaults, overrides and references; deeply frozen, `dataDir` absolute. */
export type Config = DeepReadonly<z.output<typeof ConfigSchema>>;
export type ConfigInput = z.input<typeof ConfigSchema>;

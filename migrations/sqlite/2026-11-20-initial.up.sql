-- identity
create table accounts (
  id text primary key,
  name text not null,
  folded_name text not null unique,
  display_name text not null,
  password_hash text,
  role text not null check (role in ('admin', 'user', 'guest')),
  enabled integer not null default 1,
  locale text not null default 'en',
  time_zone text not null default 'UTC',
  preferences text not null default '{}',
  created_at integer not null,
  updated_at integer not null,
  last_seen_at integer
);

create table sessions (
  id text primary key,
  account_id text not null references accounts (id) on delete cascade,
  token_hash text not null unique,
  token_expires_at integer not null,
  refresh_hash text not null unique,
  previous_refresh_hash text,
  user_agent text not null default '',
  address text not null default '',
  created_at integer not null,
  last_used_at integer not null,
  expires_at integer not null
);
create index sessions_account_id_index on sessions (account_id, last_used_at);
create index sessions_expires_at_index on sessions (expires_at);

create table api_tokens (
  id text primary key,
  account_id text not null references accounts (id) on delete cascade,
  name text not null,
  prefix text not null,
  token_hash text not null unique,
  scopes text not null default '[]',
  created_at integer not null,
  last_used_at integer,
  expires_at integer
);
create index api_tokens_account_id_index on api_tokens (account_id);

-- settings, jobs, plugins (kernel)
create table settings (
  key text primary key,
  value text not null,
  updated_at integer not null
);

create table jobs (
  id text primary key,
  name text not null,
  plugin_id text,
  title text not null,
  state text not null check (state in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
  input text not null default '{}',
  dedupe_key text,
  priority integer not null default 0,
  attempt integer not null default 0,
  max_attempts integer not null default 1,
  run_at integer not null,
  done real not null default 0,
  total real,
  note text not null default '',
  result text,
  error text,
  account_id text,
  parent_id text,
  lease_owner text,
  lease_until integer,
  cancel_requested integer not null default 0,
  recoveries integer not null default 0,
  created_at integer not null,
  updated_at integer not null,
  started_at integer,
  finished_at integer
);
create index jobs_state_run_at_index on jobs (state, priority desc, run_at);
create index jobs_name_created_at_index on jobs (name, created_at desc);
create index jobs_created_at_index on jobs (created_at desc);
create unique index jobs_dedupe_key_unique on jobs (dedupe_key) where dedupe_key is not null and state in ('queued', 'running', 'waiting');

create table job_steps (
  job_id text not null references jobs (id) on delete cascade,
  name text not null,
  result text,
  finished_at integer not null,
  primary key (job_id, name)
);

create table job_events (
  id integer primary key autoincrement,
  job_id text not null references jobs (id) on delete cascade,
  at integer not null,
  level text not null,
  message text not null,
  data text
);
create index job_events_job_id_index on job_events (job_id, at desc);

create table job_schedules (
  name text primary key,
  title text not null default '',
  job_name text not null,
  plugin_id text,
  cron text,
  default_cron text,
  input text not null default '{}',
  enabled integer not null default 1,
  time_zone text not null default 'UTC',
  last_run_at integer,
  next_run_at integer,
  updated_at integer not null
);

create table plugins (
  id text primary key,
  version text not null,
  enabled integer not null,
  options text not null default '{}',
  tap_order integer not null default 0,
  manifest_hash text not null default '',
  quarantine text,
  installed_at integer not null,
  updated_at integer not null
);

create table connections (
  id text primary key,
  plugin_id text not null,
  contract text not null,
  kind text not null,
  name text not null,
  settings text not null default '{}',
  secrets text,
  account_id text references accounts (id) on delete cascade,
  priority integer not null default 100,
  tags text not null default '[]',
  enabled integer not null default 1,
  state text not null default 'ok' check (state in ('ok', 'backoff', 'needs_auth', 'invalid', 'disabled')),
  state_reason text not null default '',
  backoff_step integer not null default 0,
  backoff_until integer,
  created_at integer not null,
  updated_at integer not null
);
create index connections_contract_index on connections (contract, enabled, priority);
create index connections_plugin_id_index on connections (plugin_id);

create table plugin_documents (
  plugin_id text not null,
  collection text not null,
  id text not null,
  doc text not null,
  updated_at integer not null,
  primary key (plugin_id, collection, id)
);
create index plugin_documents_updated_at_index on plugin_documents (plugin_id, collection, updated_at desc);

-- catalog
create table media_items (
  id integer primary key autoincrement,
  type text not null check (type in ('movie', 'show', 'season', 'episode', 'game')),
  parent_id integer references media_items (id) on delete cascade,
  show_id integer references media_items (id) on delete cascade,
  title text not null,
  sort_title text not null,
  sort_key text not null,
  folded_title text not null,
  original_title text,
  initial text not null default '#',
  year integer,
  release_date text,
  overview text not null default '',
  tagline text not null default '',
  status text not null default '',
  content_rating text not null default '',
  rating real,
  runtime_ms integer,
  season_number integer,
  episode_number integer,
  absolute_number integer,
  poster_id integer,
  backdrop_id integer,
  logo_id integer,
  still_id integer,
  file_count integer not null default 0,
  episode_count integer not null default 0,
  shelf integer,
  pictures text not null default '{}',
  resolution_label text not null default '',
  locked text not null default '[]',
  provenance text not null default '{}',
  added_at integer not null,
  created_at integer not null,
  updated_at integer not null
);
create index media_items_type_release_date_index on media_items (type, release_date);
create index media_items_type_added_at_index on media_items (type, added_at desc, id);
create index media_items_folded_title_index on media_items (folded_title, year);
create unique index media_items_season_unique on media_items (show_id, season_number) where type = 'season';
create unique index media_items_episode_unique on media_items (show_id, season_number, episode_number) where type = 'episode';
create index media_items_parent_id_index on media_items (parent_id, episode_number);
-- shelf is 1 on films, shows and games that have files: what a grid shows, in each order and by each facet it can have
create index media_items_shelf_title_index on media_items (shelf, sort_key, id, type) where shelf is not null;
create index media_items_shelf_folded_title_index on media_items (shelf, folded_title, id) where shelf is not null;
create index media_items_shelf_added_index on media_items (shelf, added_at, id, type) where shelf is not null;
create index media_items_shelf_year_index on media_items (shelf, year, id, type) where shelf is not null;
create index media_items_shelf_rating_index on media_items (shelf, rating, id, type) where shelf is not null;
create index media_items_shelf_runtime_index on media_items (shelf, runtime_ms, id, type) where shelf is not null;
create index media_items_shelf_released_index on media_items (shelf, release_date, id, type) where shelf is not null;
create index media_items_shelf_initial_index on media_items (shelf, initial, id) where shelf is not null;
create index media_items_shelf_resolution_index on media_items (shelf, resolution_label, id) where shelf is not null;

create table media_external_ids (
  item_id integer not null references media_items (id) on delete cascade,
  provider text not null,
  value text not null,
  primary key (item_id, provider)
);
create index media_external_ids_value_index on media_external_ids (provider, value);

create table terms (
  id integer primary key autoincrement,
  kind text not null check (kind in ('genre', 'category', 'source', 'studio', 'country', 'tag')),
  name text not null,
  folded_name text not null,
  unique (kind, folded_name)
);
create table media_terms (
  item_id integer not null references media_items (id) on delete cascade,
  term_id integer not null references terms (id) on delete cascade,
  primary key (item_id, term_id)
);
create index media_terms_term_id_index on media_terms (term_id, item_id);

create table people (
  id integer primary key autoincrement,
  name text not null,
  folded_name text not null,
  overview text not null default '',
  born text,
  died text,
  birthplace text not null default '',
  picture_id integer,
  locked text not null default '[]',
  created_at integer not null,
  updated_at integer not null
);
create index people_folded_name_index on people (folded_name);
create table person_external_ids (
  person_id integer not null references people (id) on delete cascade,
  provider text not null,
  value text not null,
  primary key (person_id, provider)
);
create index person_external_ids_value_index on person_external_ids (provider, value);
create table credits (
  id integer primary key autoincrement,
  item_id integer not null references media_items (id) on delete cascade,
  person_id integer not null references people (id) on delete cascade,
  role text not null,
  character text not null default '',
  position integer not null default 0
);
create index credits_item_id_index on credits (item_id, position);
create index credits_person_id_index on credits (person_id, item_id);

create table artwork (
  id integer primary key autoincrement,
  item_id integer references media_items (id) on delete cascade,
  person_id integer references people (id) on delete cascade,
  kind text not null check (kind in ('poster', 'backdrop', 'logo', 'still', 'banner', 'landscape', 'profile', 'disc', 'clearart')),
  source text not null check (source in ('file', 'blob', 'url')),
  location text not null,
  provider text not null default '',
  language text,
  width integer,
  height integer,
  placeholder text,
  version text not null default '',
  locked integer not null default 0,
  position integer not null default 0,
  created_at integer not null
);
create index artwork_item_id_index on artwork (item_id, kind, position);
create index artwork_person_id_index on artwork (person_id);

-- one row, changed first in every transaction that changes the catalogue: answers kept for another value are stale
create table catalog_revision (
  id integer primary key check (id = 1),
  value integer not null
);
insert into catalog_revision (id, value) values (1, 1);

-- library
create table libraries (
  id integer primary key autoincrement,
  name text not null,
  type text not null check (type in ('movies', 'shows', 'mixed')),
  settings text not null default '{}',
  managed_by text not null default 'ui' check (managed_by in ('ui', 'config', 'demo')),
  created_at integer not null,
  updated_at integer not null
);
create table root_folders (
  id integer primary key autoincrement,
  library_id integer not null references libraries (id) on delete cascade,
  path text not null unique,
  device text,
  available integer not null default 1,
  unavailable_reason text not null default '',
  last_scan_at integer,
  created_at integer not null
);
create index root_folders_library_id_index on root_folders (library_id);

-- which libraries have files of an item
create table media_libraries (
  library_id integer not null references libraries (id) on delete cascade,
  item_id integer not null references media_items (id) on delete cascade,
  primary key (library_id, item_id)
);
create index media_libraries_item_id_index on media_libraries (item_id);

create table media_files (
  id integer primary key autoincrement,
  library_id integer not null references libraries (id) on delete cascade,
  root_id integer not null references root_folders (id) on delete cascade,
  item_id integer references media_items (id) on delete set null,
  source_job_id text,
  absolute_path text not null,
  folder text not null,
  file_name text not null,
  folded_name text not null,
  file_size_bytes integer not null,
  modified_at integer not null,
  fingerprint text not null default '',
  sidecar_signature text not null default '',
  container_format text not null default '',
  video_codec text not null default '',
  audio_codec text not null default '',
  hdr text not null default '',
  width integer,
  height integer,
  duration_ms integer,
  bitrate integer,
  resolution_label text not null default '',
  role text not null default 'main' check (role in ('main', 'part', 'extra')),
  extra_kind text not null default '',
  part_number integer,
  version_label text not null default '',
  match_state text not null check (match_state in ('matched', 'unmatched', 'ignored')),
  match_confidence real not null default 0,
  match_source text not null default '' check (match_source in ('', 'auto', 'manual')),
  match_reasons text not null default '[]',
  parsed text not null default '{}',
  chapters text not null default '[]',
  problem text not null default '',
  missing_since integer,
  discovered_at integer not null,
  scanned_at integer,
  asked_at integer,
  created_at integer not null,
  updated_at integer not null
);
create unique index media_files_absolute_path_unique on media_files (absolute_path) where missing_since is null;
create index media_files_match_state_index on media_files (match_state, updated_at desc);
create index media_files_item_id_index on media_files (item_id, updated_at desc);
create index media_files_root_folder_index on media_files (root_id, folder);
create index media_files_fingerprint_index on media_files (fingerprint, file_size_bytes);

create table media_file_items (
  file_id integer not null references media_files (id) on delete cascade,
  item_id integer not null references media_items (id) on delete cascade,
  position integer not null default 0,
  primary key (file_id, item_id)
);
create index media_file_items_item_id_index on media_file_items (item_id, file_id);

create table media_streams (
  id integer primary key autoincrement,
  file_id integer not null references media_files (id) on delete cascade,
  stream_index integer not null,
  stream_type text not null check (stream_type in ('video', 'audio', 'subtitle', 'attachment')),
  codec text not null default '',
  codec_string text not null default '',
  profile text not null default '',
  language text not null default '',
  title text not null default '',
  channels integer not null default 0,
  bitrate_kbps integer not null default 0,
  is_default integer not null default 0,
  is_forced integer not null default 0,
  is_hearing_impaired integer not null default 0,
  external_path text,
  details text not null default '{}'
);
create index media_streams_file_id_index on media_streams (file_id, stream_index);

-- tracking
create table play_states (
  account_id text not null references accounts (id) on delete cascade,
  item_id integer not null references media_items (id) on delete cascade,
  file_id integer references media_files (id) on delete set null,
  position_ms integer not null default 0,
  duration_ms integer not null default 0,
  played integer not null default 0,
  play_count integer not null default 0,
  last_played_at integer,
  audio_track integer,
  subtitle_track text,
  hidden_from_continue integer not null default 0,
  updated_at integer not null,
  primary key (account_id, item_id)
);
create index play_states_account_updated_index on play_states (account_id, updated_at desc);
create index play_states_item_id_index on play_states (item_id);

create table plays (
  id integer primary key autoincrement,
  account_id text not null references accounts (id) on delete cascade,
  item_id integer not null references media_items (id) on delete cascade,
  played_at integer not null,
  original_at integer not null,
  source text not null default 'vitascope',
  source_id text,
  created_at integer not null
);
create index plays_account_played_at_index on plays (account_id, played_at desc);
create index plays_item_id_index on plays (item_id, account_id);
create unique index plays_source_unique on plays (account_id, source, source_id) where source_id is not null;

-- search: one row an item; a trigram index finds any part of any script
create virtual table media_search using fts5 (title, original_title, starts, content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1');
-- words of descriptions, folded and set apart by the server; their order does not matter
create virtual table overview_search using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
create virtual table people_search using fts5 (name, starts, content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1');

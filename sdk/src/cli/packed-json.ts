const dependencies = ['dependencies', 'optionalDependencies', 'peerDependencies'];
const installScripts = ['preinstall', 'install', 'postinstall'];

/** Why a package.json cannot become a package that a server takes, a sentence each. */
export function packageFaults(json: any): string[] {
  const { name, version, scripts = {} } = json;
  const needed = dependencies.flatMap((list) => Object.keys(json[list] ?? {}).map((each) => `${list}: ${each}`));
  const scripted = installScripts.filter((script) => Object.hasOwn(scripts, script));
  return [
    ...(/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/.test(String(name))
      ? []
      : ['package.json needs a name, as npm wants it.']),
    ...(/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(String(version)) ? [] : ['package.json needs a version such as 1.0.0.']),
    ...(needed.length === 0
      ? []
      : [
          `A plugin is one package with everything in it, so it cannot have dependencies (${needed.join(', ')}). ` +
            'Move them to devDependencies: the build takes in what is imported, and the server brings @vitascope/sdk.',
        ]),
    ...(scripted.length === 0
      ? []
      : [`A plugin runs nothing while it is installed: remove ${scripted.join(', ')} from scripts in package.json.`]),
  ];
}

/** The package.json of the package: without what only the author needs. */
export function packedJson(json: any): string {
  const { devDependencies: _tools, scripts: _scripts, files: _files, ...rest } = json;
  return `${JSON.stringify({ ...rest, ...(rest.exports && { exports: withoutSource(rest.exports) }) }, null, 2)}\n`;
}

/** The sources are not in the package, so exports must not name them. */
function withoutSource(exports: unknown): unknown {
  if (typeof exports !== 'object' || exports === null) return exports;
  const kept = Object.entries(exports).filter(([key]) => key !== 'source');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutSource(value)]));
}

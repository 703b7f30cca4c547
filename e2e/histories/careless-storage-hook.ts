/** A module hook (nodejs.org/api/module.html#customization-hooks). */
type Context = { parentURL?: string };
type Resolved = { url: string };

export async function resolve(
  specifier: string,
  context: Context,
  nextResolve: (specifier: string, context: Context) => Promise<Resolved>,
): Promise<Resolved> {
  const resolved = await nextResolve(specifier, context);
  const isStorage = resolved.url.endsWith("/server/dist/storage/open-storage.js");
  if (!isStorage || context.parentURL?.endsWith("/careless-storage.js")) return resolved;
  return { ...resolved, url: new URL("./careless-storage.js", import.meta.url).href };
}

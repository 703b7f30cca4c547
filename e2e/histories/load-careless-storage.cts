// `node --require` of this puts `careless-storage.ts` in the place of the storage that ships.
const { pathToFileURL } = process.getBuiltinModule("node:url");

process.getBuiltinModule("node:module").register("./careless-storage-hook.js", pathToFileURL(__filename));

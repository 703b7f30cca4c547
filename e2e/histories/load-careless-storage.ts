/** `node --import` of this puts `careless-storage.ts` in the place of the storage that ships. */
import { register } from "node:module";

register("./careless-storage-hook.js", import.meta.url);

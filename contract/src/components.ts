import { z } from "zod";

/**
 * The named schemas of the API document. Our own registry, not zod's global one: a name registered twice in the
 * same process (two copies of this module in one test run) must not be an error.
 */
export const components = z.registry<{ id?: string; [annotation: string]: unknown }>();

/** Gives a schema its name under `#/components/schemas`. Name it last: a refinement makes a new schema. */
export function named<S extends z.ZodType>(id: string, schema: S, description?: string): S {
  const annotations = components.get(schema);
  components.add(schema, { ...annotations, id, ...(description === undefined ? {} : { description }) });
  return schema;
}

/** Adds JSON Schema members to a schema that zod cannot describe by itself. */
export function annotated<S extends z.ZodType>(annotations: { [annotation: string]: unknown }, schema: S): S {
  components.add(schema, annotations);
  return schema;
}

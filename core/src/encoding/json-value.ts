/** A parsed JSON text. Objects made by our parser have no prototype; read members with own-property checks. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { [member: string]: JsonValue };

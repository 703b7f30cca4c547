import { isDeepStrictEqual } from "node:util";
import { type ErrorCode, errors } from "@mandate/contract/errors";
import { commonErrors, errorStatusOf, type Route } from "@mandate/contract/route";
import { routeList } from "@mandate/contract/routes";
import type { RawAnswer } from "./http.ts";

/** Refusals of the framing itself; they carry the status that says what is wrong and the code `invalid_data`. */
const framingStatuses = new Set([400, 405, 408, 413, 415, 417, 431]);

/**
 * What about this answer is not as the API document says: a member too many or too few, an undeclared code, a status
 * that is not the code's. Empty when all is well.
 */
export function findDeviations(method: string, target: string, answer: RawAnswer): string[] {
  const where = `${method} ${target} → ${answer.status}`;
  const route = findRoute(method, target.split("?", 1)[0]!);
  const found = answer.status < 400 ? checkSuccess(route, answer) : checkError(route, answer);
  if (answer.headers["request-id"] === undefined) found.push("no request-id");
  return found.map((deviation) => `${where}: ${deviation}`);
}

/** The route that a method and a path (literal before parameter) belong to. */
export function findRoute(method: string, path: string): Route | undefined {
  const plain = path.replace(/^\/+(api\/)?/, "/");
  const fits = (pattern: string) =>
    new RegExp(`^${pattern.replaceAll(".", "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`).test(plain);
  const candidates = routeList.filter(
    (route) => route.method === method && [route.path, ...(route.aliases ?? [])].some(fits),
  );
  return candidates.find((route) => !route.path.includes("{")) ?? candidates[0];
}

function checkSuccess(route: Route | undefined, answer: RawAnswer): string[] {
  if (route === undefined) return ["success on a path that is no route"];
  const schema = route.responses[answer.status];
  if (schema === undefined) return ["undeclared status"];
  if (schema === null) return answer.text === "" ? [] : ["a body where none is declared"];
  if (answer.headers["content-type"] !== "application/json") return ["not application/json"];
  const parsed = schema.safeParse(answer.json);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  // Schemas of answers let unknown members pass; the document should name them all the same.
  return isDeepStrictEqual(plainly(parsed.data), answer.json) ? [] : ["members that the schema does not name"];
}

function plainly(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function checkError(route: Route | undefined, answer: RawAnswer): string[] {
  const found: string[] = [];
  const body = answer.json as { error?: unknown; code?: unknown; details?: unknown };
  if (typeof body !== "object" || body === null || Array.isArray(body)) return ["an error without an object"];
  const members = Object.keys(body).join();
  if (members !== "error,code" && members !== "error,code,details") found.push(`members are ${members}`);
  if (typeof body.error !== "string" || body.error.length === 0) found.push("no text");
  if (/\n\s*at |\.[jt]s:\d+|node:internal|SQLITE|\/src\/|\/dist\//.test(answer.text))
    found.push("tells of its insides");
  const code = body.code as ErrorCode;
  if (typeof code !== "string" || !Object.hasOwn(errors, code)) return [...found, `unknown code ${String(code)}`];
  const isFraming = code === "invalid_data" && framingStatuses.has(answer.status);
  const status = route === undefined ? errors[code].status : errorStatusOf(route, code);
  if (status !== answer.status && !isFraming) found.push(`${code} has status ${status}`);
  const general: ErrorCode[] = ["not_found", "method_not_allowed", "not_supported"];
  const declared = route === undefined ? general : [...route.errors, ...commonErrors[route.caller], "not_supported"];
  if (!(declared as string[]).includes(code)) found.push(`${code} is not declared for ${route?.id ?? "no route"}`);
  return found;
}

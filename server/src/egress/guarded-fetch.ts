import { type LookupAddress, lookup as resolveHost } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { type EgressRules, isAddressAllowed } from "./address-rules.ts";

/** The other side was not asked, or did not answer in bounds. `message` is for the caller and holds nothing it sent. */
export class EgressError extends Error {
  override name = "EgressError";
}

export type GuardedRequest = {
  method?: string;
  headers?: { [name: string]: string };
  body?: string | undefined;
};

export type GuardedFetch = (url: string, request?: GuardedRequest) => Promise<Response>;

const TIMEOUT_MS = 10_000;
const BYTES_MAX = 256 * 1024;

/**
 * HTTP to servers that an app's settings name, or that those name in turn: https only, or in the clear to this machine
 * where `rules` have that; never to addresses inside; no redirects; bounded in time and size. The address that was
 * judged is the one that is connected to, so that a name cannot change its meaning in between.
 */
export function createGuardedFetch(
  rules: EgressRules,
  limits: { timeoutMs?: number; bytesMax?: number } = {},
): GuardedFetch {
  const { timeoutMs = TIMEOUT_MS, bytesMax = BYTES_MAX } = limits;
  const lookup = guardedLookup(rules);
  return async (text, { method = "GET", headers = {}, body } = {}) => {
    const url = readUrl(text, rules);
    return new Promise<Response>((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const fail = (error: Error) =>
        reject(
          error instanceof EgressError
            ? error
            : new EgressError(signal.aborted ? "it did not answer in time" : "it cannot be reached"),
        );
      const send = url.protocol === "https:" ? requestHttps : requestHttp;
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const request = send(
        url,
        { method, headers: { ...headers, ...length }, lookup, signal, agent: false },
        (answer) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          answer.on("error", fail);
          answer.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes <= bytesMax) return chunks.push(chunk);
            // All of it may have arrived already, and then its end is reported nevertheless.
            fail(new EgressError("its answer is too large"));
            return request.destroy();
          });
          answer.on("end", () => {
            const status = answer.statusCode ?? 0;
            if (status < 200 || status > 599) return fail(new EgressError("its answer is malformed"));
            const pairs = Object.entries(answer.headers).flatMap(([name, value]) =>
              typeof value === "string" ? [[name, value] as [string, string]] : [],
            );
            const hasBody = ![204, 205, 304].includes(status);
            resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: pairs }));
          });
        },
      );
      request.on("error", fail);
      request.end(body);
    });
  };
}

function readUrl(text: string, rules: EgressRules): URL {
  if (!URL.canParse(text)) throw new EgressError("its address is malformed");
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isHere = host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && rules.loopback && isHere))
    throw new EgressError("its address must begin with https");
  if (url.username !== "" || url.password !== "") throw new EgressError("its address names a user");
  // Names are judged when they are resolved; for addresses nothing is.
  if (isIP(host) !== 0 && !isAddressAllowed(host, rules)) throw notAllowed();
  return url;
}

function guardedLookup(rules: EgressRules): LookupFunction {
  return (hostname, options, callback) => {
    resolveHost(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const first = addresses?.[0];
      if (error !== null || first === undefined) return callback(error ?? new Error("no address"), "", 4);
      if (!addresses.every(({ address }) => isAddressAllowed(address, rules))) return callback(notAllowed(), "", 4);
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function notAllowed(): EgressError {
  return new EgressError("its address lies in a network that this server does not connect to");
}

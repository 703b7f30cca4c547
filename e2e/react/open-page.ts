import type { Browser, Page, Response } from "playwright-core";
import { findDeviations } from "../conformance.ts";
import type { Stack } from "../stack.ts";
import { type PageAddress, writePageAddress } from "./page/page-address.ts";
import type { SdkObject } from "./page/sdk.tsx";

type FunctionNames<T> = { [Name in keyof T]: T[Name] extends (...given: never[]) => unknown ? Name : never }[keyof T];
export type SdkFunction = FunctionNames<SdkObject>;
type Answer<Name extends SdkFunction> = Awaited<ReturnType<SdkObject[Name]>>;

/** A page of an app in the browser, with the React SDK in it. */
export type OpenPage = {
  page: Page;
  /** Calls a function of the SDK, as a button of the app would. What the SDK throws becomes an `SdkError`. */
  call<Name extends SdkFunction>(name: Name, ...given: Parameters<SdkObject[Name]>): Promise<Answer<Name>>;
  /** What the hooks say now. */
  read<Name extends Exclude<keyof SdkObject, SdkFunction>>(name: Name): Promise<SdkObject[Name]>;
  waitFor(member: "ready" | "authenticated" | "walletsReady", value: boolean): Promise<void>;
  /** Requests to hosts that are not this machine. None of them got out. */
  strangers: string[];
  /** Answers of the API that are errors. */
  refusals: string[];
  /** The console's errors and warnings. */
  complaints: string[];
  /** Errors that nobody caught. */
  crashes: string[];
};

/** What the SDK threw: its error's members, which do not cross from the page by themselves. */
export class SdkError extends Error {
  override name = "SdkError";
  readonly code: unknown;
  readonly status: unknown;

  constructor({ message, code, status }: { message: string; code: unknown; status: unknown }) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const UP_MS = 60_000;
const isLocal = (address: string) => ["localhost", "127.0.0.1"].includes(new URL(address).hostname);

/** Opens the page in a browser profile of its own, which reaches this machine and nothing else. */
export async function openPage(browser: Browser, stack: Stack, origin: string, about: PageAddress): Promise<OpenPage> {
  const context = await browser.newContext();
  const strangers: string[] = [];
  const refusals: string[] = [];
  const complaints: string[] = [];
  const crashes: string[] = [];
  await context.route("**/*", (route) => {
    if (isLocal(route.request().url())) return route.continue();
    strangers.push(new URL(route.request().url()).host);
    return route.abort();
  });
  await context.routeWebSocket(/.*/, (socket) => {
    strangers.push(new URL(socket.url()).host);
    return socket.close();
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => crashes.push(String(error)));
  page.on("response", (response) => {
    if (!response.url().startsWith(`${stack.url}/api/`) || response.request().method() === "OPTIONS") return;
    if (response.status() >= 400) refusals.push(`${response.status()} ${describe(response)}`);
    void watch(stack, response);
  });
  await page.goto(writePageAddress(origin, about));

  return {
    page,
    strangers,
    refusals,
    complaints,
    crashes,
    async call(name, ...given) {
      const outcome = await page.evaluate(
        async ([called, list]) => {
          try {
            const act = window.sdk![called as SdkFunction] as (...args: unknown[]) => Promise<unknown>;
            return { value: await act(...(list as unknown[])) };
          } catch (thrown) {
            const { message, code, privyErrorCode, status } = thrown as { [member: string]: unknown };
            return { error: { message: String(message ?? thrown), code: code ?? privyErrorCode, status } };
          }
        },
        [name as string, given as unknown] as const,
      );
      if (outcome.error !== undefined) throw new SdkError(outcome.error);
      return outcome.value as never;
    },
    read: (name) => page.evaluate((member) => window.sdk?.[member as never], name as string) as never,
    async waitFor(member, value) {
      try {
        const state = [member, value] as const;
        await page.waitForFunction(([name, wanted]) => window.sdk?.[name] === wanted, state, { timeout: UP_MS });
      } catch {
        const said = [...crashes, ...complaints].join("\n");
        throw new Error(`the SDK did not become ${member} = ${value}; the page says:\n${said}`);
      }
    },
  };
}

const describe = (response: Response) => `${response.request().method()} ${new URL(response.url()).pathname}`;

/** Holds what the browser was answered against the API document, as the clients in Node are held. */
async function watch(stack: Stack, response: Response): Promise<void> {
  // A page that goes away takes the bodies with it.
  const text = await response.text().catch(() => undefined);
  if (text === undefined) return;
  const json: unknown = text === "" ? undefined : JSON.parse(text);
  const target = new URL(response.url()).pathname;
  const answer = { status: response.status(), headers: response.headers(), text, json };
  stack.deviations.push(...findDeviations(response.request().method(), target, answer));
}

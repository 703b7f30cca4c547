import type { Page } from "playwright-core";

/** A page to look at: a route of the page's own router, with an address. */
export type Place = { route: string; name: string; address: string };

/** The routes of the dashboard as it is served, by the router that is in it. */
export function listRoutes(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { routesByPath } = (self as unknown as { __TSR_ROUTER__: { routesByPath: object } }).__TSR_ROUTER__;
    return Object.keys(routesByPath);
  });
}

/** The place of a route where `names` stand for its parameters. A parameter that nobody knows a value for throws. */
export function placeOf(route: string, names: { readonly [parameter: string]: string }): Place {
  const address = route.replace(/\$([A-Za-z]+)/g, (_, name: string) => {
    const value = names[name];
    if (value === undefined) throw new Error(`${route}: fill-app.ts makes nothing for $${name}`);
    return encodeURIComponent(value);
  });
  return { route, name: nameOf(route), address };
}

function nameOf(route: string): string {
  const name = route.replace(/^\/app\/\$appId/, "app").replace(/[^A-Za-z]+/g, "-");
  return name.replace(/^-|-$/g, "") || "home";
}

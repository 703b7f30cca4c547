import { Link } from "@tanstack/react-router";
import { useAppId } from "../../lib/use-app-id.ts";
import { templates } from "./model/templates.ts";

export function TemplateList() {
  const appId = useAppId();
  return (
    <section aria-labelledby="templates">
      <h2 id="templates" className="text-base font-semibold">
        Templates
      </h2>
      <ul className="mt-2 grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {templates.map((template) => (
          <li
            key={template.id}
            className="relative rounded-lg border border-line bg-surface p-3.5 hover:border-line-strong"
          >
            <Link
              to="/app/$appId/policies/new"
              params={{ appId }}
              search={{ template: template.id } as never}
              className="text-sm font-medium after:absolute after:inset-0"
            >
              {template.title}
            </Link>
            <p className="mt-0.5 text-sm text-muted">{template.text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

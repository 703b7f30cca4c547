import { Link } from "@tanstack/react-router";
import { EmptyState } from "./empty-state.tsx";
import { buttonClass } from "./ui/button.tsx";

export function NotFound() {
  return (
    <EmptyState
      icon="search"
      title="There is no such page"
      action={
        <Link to="/app" className={buttonClass()}>
          All apps
        </Link>
      }
    >
      The address may be mistyped, or what it named was deleted.
    </EmptyState>
  );
}

import { useEffect, useRef, useState } from "react";
import { BareInput } from "./ui/field.tsx";
import { Icon } from "./ui/icon.tsx";

type SearchBoxProps = { value: string; onSearch: (value: string) => void; placeholder: string };

/** Keys that come in one burst are one search; a pause that can be felt would cost more than a search for each key. */
const PAUSE_MS = 50;

/** Searches a moment after the last key, or at once on Enter. */
export function SearchBox({ value, onSearch, placeholder }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const search = useRef(onSearch);
  search.current = onSearch;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => search.current(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <search className="relative min-w-48 flex-1 sm:max-w-sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(text.trim());
        }}
      >
        <Icon name="search" className="pointer-events-none absolute top-2 left-2.5 text-faint" />
        <BareInput
          type="search"
          aria-label={placeholder}
          placeholder={placeholder}
          className="pl-8"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
    </search>
  );
}

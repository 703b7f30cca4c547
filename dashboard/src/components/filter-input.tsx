import { useEffect, useState } from "react";
import { BareInput } from "./ui/field.tsx";

/** An ID to filter by; it counts once the field is left or Enter is pressed. */
export function FilterInput({
  name,
  value,
  onChange,
}: {
  name: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const commit = () => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <BareInput
      mono
      aria-label={`Filter by ${name} ID`}
      placeholder={`${name.charAt(0).toUpperCase()}${name.slice(1)} ID`}
      className="flex-1 basis-full sm:max-w-56 sm:basis-36"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === "Enter" && commit()}
    />
  );
}

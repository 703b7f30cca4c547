import type { ComponentProps } from "react";
import { cx } from "../../lib/cx.ts";
import { inputClass } from "./field.tsx";
import { Icon } from "./icon.tsx";

export type Option<T extends string = string> = { value: T; label: string };

type SelectProps<T extends string> = Omit<ComponentProps<"select">, "value" | "onChange"> & {
  options: readonly Option<T>[];
  value: T;
  onValue: (value: T) => void;
};

/** The browser's own list: it is at home on a phone, and type-ahead and screen readers know it. */
export function Select<T extends string>({ options, value, onValue, className, ...rest }: SelectProps<T>) {
  return (
    <span className={cx("relative inline-flex min-w-0", className)}>
      <select
        className={cx(inputClass, "h-8 appearance-none pr-7 text-ellipsis")}
        value={value}
        onChange={(event) => onValue(event.target.value as T)}
        {...rest}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevronDown" className="pointer-events-none absolute top-2 right-2 text-faint" />
    </span>
  );
}

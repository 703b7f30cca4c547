import { Field as BaseField } from "@base-ui/react/field";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "../../lib/cx.ts";

export const inputClass =
  "w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-ink placeholder:text-faint focus:outline-2 focus:outline-accent focus:-outline-offset-1 disabled:opacity-60 aria-invalid:border-bad";

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  children: ReactNode;
  className?: string;
};

/** A label, a control, and below it either what is wrong or what it is for. */
export function Field({ label, hint, error, children, className }: FieldProps) {
  return (
    <BaseField.Root className={cx("flex min-w-0 flex-col gap-1", className)} invalid={Boolean(error)}>
      <BaseField.Label className="text-sm font-medium text-ink">{label}</BaseField.Label>
      {children}
      {error ? (
        <BaseField.Error match={true} className="text-sm text-bad">
          {error}
        </BaseField.Error>
      ) : (
        hint !== undefined && <BaseField.Description className="text-sm text-faint">{hint}</BaseField.Description>
      )}
    </BaseField.Root>
  );
}

export function Input({ className, mono, ...rest }: ComponentProps<"input"> & { mono?: boolean }) {
  return (
    <BaseField.Control
      render={<input className={cx(inputClass, "h-8", mono && "font-mono", className)} autoComplete="off" {...rest} />}
    />
  );
}

export function TextArea({ className, mono, ...rest }: ComponentProps<"textarea"> & { mono?: boolean }) {
  return (
    <BaseField.Control
      render={
        <textarea className={cx(inputClass, "py-1.5", mono && "font-mono", className)} spellCheck={false} {...rest} />
      }
    />
  );
}

/** A control outside a Field: the label is for those who cannot see what it stands beside. */
export function BareInput({ className, mono, ...rest }: ComponentProps<"input"> & { mono?: boolean }) {
  return <input className={cx(inputClass, "h-8", mono && "font-mono", className)} autoComplete="off" {...rest} />;
}

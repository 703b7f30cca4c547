import { Switch as Base } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";

type SwitchProps = {
  label: string;
  description?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
};

export function SwitchRow({ label, description, checked, onChange, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="min-w-0">
        <div id={id} className="text-sm font-medium">
          {label}
        </div>
        {description !== undefined && (
          <div id={`${id}-description`} className="mt-0.5 text-sm text-muted">
            {description}
          </div>
        )}
      </div>
      <Base.Root
        aria-labelledby={id}
        aria-describedby={description === undefined ? undefined : `${id}-description`}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        className="relative mt-0.5 flex h-5 w-9 shrink-0 cursor-pointer rounded-full bg-line-strong p-0.5 transition-colors data-checked:bg-accent data-disabled:cursor-not-allowed data-disabled:opacity-50"
      >
        <Base.Thumb className="size-4 rounded-full bg-white shadow transition-transform data-checked:translate-x-4" />
      </Base.Root>
    </div>
  );
}

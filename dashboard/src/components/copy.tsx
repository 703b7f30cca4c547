import { useEffect, useState } from "react";
import { cx } from "../lib/cx.ts";
import { shorten } from "../lib/format.ts";
import { Button } from "./ui/button.tsx";
import { Icon } from "./ui/icon.tsx";

function useCopy(text: string, onCopied?: () => void): [isCopied: boolean, copy: () => void] {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () =>
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      onCopied?.();
    });
  return [isCopied, copy];
}

type CopyIconProps = { text: string; label: string; className?: string; onCopied?: (() => void) | undefined };

export function CopyIcon({ text, label, className, onCopied }: CopyIconProps) {
  const [isCopied, copy] = useCopy(text, onCopied);
  return (
    <button
      type="button"
      onClick={(event) => {
        event.stopPropagation();
        copy();
      }}
      aria-label={isCopied ? "Copied" : `Copy ${label}`}
      title={isCopied ? "Copied" : `Copy ${label}`}
      className={cx(
        "inline-flex size-6 shrink-0 items-center justify-center rounded text-faint hover:bg-hover hover:text-ink",
        className,
      )}
    >
      <Icon name={isCopied ? "check" : "copy"} className={cx("size-3.5", isCopied && "text-good")} />
    </button>
  );
}

export function CopyButton({ text, children = "Copy" }: { text: string; children?: string }) {
  const [isCopied, copy] = useCopy(text);
  return (
    <Button icon={isCopied ? "check" : "copy"} onClick={copy}>
      {isCopied ? "Copied" : children}
    </Button>
  );
}

/** An ID or address: shortened where there is no room, copied whole. */
export function Id({ value, label = "ID", full }: { value: string; label?: string; full?: boolean }) {
  return (
    <span className="inline-flex max-w-full items-center gap-0.5">
      <code title={value} className={cx("min-w-0", full ? "break-all" : "truncate")}>
        {full ? value : shorten(value)}
      </code>
      <CopyIcon text={value} label={label} />
    </span>
  );
}

/** A value that people take away, with its name. */
type CopyFieldProps = { label: string; value: string; secret?: boolean; onCopied?: () => void };

export function CopyField({ label, value, secret, onCopied }: CopyFieldProps) {
  return (
    <div>
      <div className="mb-1 text-sm font-medium">{label}</div>
      <div className="flex items-center gap-1 rounded-md border border-line bg-code py-1 pr-1 pl-2.5">
        <code
          className={cx("min-w-0 flex-1 text-sm break-all", secret && "select-all")}
          data-field={label}
          onCopy={onCopied}
        >
          {value}
        </code>
        <CopyIcon text={value} label={label} onCopied={onCopied} />
      </div>
    </div>
  );
}

import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { Icon, type IconName } from "../../components/ui/icon.tsx";

export type MenuEntry = {
  label: string;
  icon?: IconName;
  onSelect: () => void;
  isChosen?: boolean;
};

type MenuProps = { trigger: ReactElement; header?: ReactNode; groups: readonly (readonly MenuEntry[])[] };

export function Menu({ trigger, header, groups }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="start" collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className="max-h-[70dvh] min-w-56 max-w-80 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop outline-none">
            {header !== undefined && <div className="border-b border-line px-2.5 pt-1 pb-2 mb-1">{header}</div>}
            {groups
              .filter((group) => group.length > 0)
              .map((group, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two apps may have one name, and the order stays
                <Base.Group key={index} className={index > 0 ? "mt-1 border-t border-line pt-1" : undefined}>
                  {group.map((entry, at) => (
                    <Base.Item
                      // biome-ignore lint/suspicious/noArrayIndexKey: as above
                      key={at}
                      onClick={entry.onSelect}
                      className="flex h-8 cursor-pointer items-center gap-2 rounded-md px-2.5 text-sm outline-none data-highlighted:bg-hover"
                    >
                      {entry.icon !== undefined && <Icon name={entry.icon} className="text-muted" />}
                      <span className="min-w-0 flex-1 truncate">{entry.label}</span>
                      {entry.isChosen && <Icon name="check" className="text-accent-ink" />}
                    </Base.Item>
                  ))}
                </Base.Group>
              ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

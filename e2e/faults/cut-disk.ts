import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A disk of its own, ext4 in a file, whose power can be cut. */
export type CutDisk = {
  folder: string;
  /** From here on nothing reaches the disk any more, and what was not synced is gone: every call answers EIO. */
  cut(): void;
  /** The power is back: the file system recovers from its journal, as it does after a real cut. */
  restore(): Promise<void>;
  remove(): void;
};

const SIZE = 192 * 1024 * 1024;

// linux/fs/ext4/ioctl.h: EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32), with EXT4_GOING_FLAGS_NOLOGFLUSH. Node has no ioctl;
// perl-base is part of every Debian.
const shutDown =
  'open(my $f, "<", $ARGV[0]) or die $!; my $flags = pack("L", 2); ioctl($f, 0x8004587d, $flags) or die $!';

/** Undefined where a disk cannot be made or mounted: only root may, on Linux with loop devices. */
export function mountCutDisk(folder: string): CutDisk | undefined {
  const place = mkdtempSync(join(tmpdir(), "mandate-cut-"));
  const image = join(place, "disk");
  const mount = () => {
    quietly("mount", ["-o", "loop", image, folder]);
    chmodSync(folder, 0o700);
  };
  try {
    writeFileSync(image, "");
    truncateSync(image, SIZE);
    quietly("mkfs.ext4", ["-q", "-F", image]);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mount();
  } catch {
    rmSync(place, { recursive: true, force: true });
    return undefined;
  }
  if (existsSync(join(folder, "lost+found"))) rmdirSync(join(folder, "lost+found"));
  return {
    folder,
    cut: () => quietly("perl", ["-e", shutDown, folder]),
    async restore() {
      await unmount(folder);
      mount();
    },
    remove() {
      quietly("umount", ["--lazy", folder]);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** Waits for the killed processes to let go of their files. */
async function unmount(folder: string): Promise<void> {
  for (let attempts = 100; ; attempts--) {
    try {
      return quietly("umount", [folder]);
    } catch (error) {
      if (attempts === 0) throw error;
      await sleep(50);
    }
  }
}

function quietly(command: string, args: string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });
}

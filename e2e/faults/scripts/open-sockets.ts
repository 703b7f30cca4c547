import { connect, type Socket } from "node:net";

export type OpenSockets = {
  sockets: Socket[];
  /** How many the server has not closed yet. */
  countOpen(): number;
  close(): void;
};

/** Opens many connections, some at a time, and writes `head` on each. Those that fail count as closed. */
export async function openSockets(url: string, count: number, head: string): Promise<OpenSockets> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  const open = new Set<Socket>();
  for (let made = 0; made < count; made += 250) {
    const batch = Array.from({ length: Math.min(250, count - made) }, () => {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      // Read and forgotten: an unread answer would hide the end of the connection.
      socket.resume();
      return new Promise<void>((resolve) => {
        socket.once("connect", () => {
          open.add(socket);
          if (head !== "") socket.write(head);
          resolve();
        });
        socket.once("error", () => resolve());
        socket.once("close", () => open.delete(socket));
      });
    });
    await Promise.all(batch);
  }
  return {
    sockets,
    countOpen: () => open.size,
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

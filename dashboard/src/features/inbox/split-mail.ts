export type MailPart = { text: string; isLink: boolean };

/** The code of a mail, where it has one, and its text with the web addresses set apart. Only `http` is ever a link. */
export function splitMail(text: string): { code: string | undefined; parts: MailPart[] } {
  const code = /(?<![\w/#=.-])\d{6}(?![\w/-])/.exec(text)?.[0];
  const parts = text
    .trim()
    .split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/)
    .map((part, index) => ({ text: part, isLink: index % 2 === 1 }))
    .filter((part) => part.text !== "");
  return { code, parts };
}

import { describe, expect, it } from "vitest";
import { splitMail } from "./split-mail.ts";

describe("splitMail", () => {
  it("finds no code in a link, in a longer number or in a text without one", () => {
    const texts = ["https://shop.example/i#token=x-123456", "see https://shop.example/123456", "1234567", "12345", ""];
    expect(texts.map((text) => splitMail(text).code)).toEqual(texts.map(() => undefined));
  });

  it("makes no link of anything but http and https", () => {
    const { parts } = splitMail("javascript:alert(1) data:text/html,x ftp://a.example mailto:a@example.com");
    expect(parts.filter(({ isLink }) => isLink)).toEqual([]);
  });

  it("finds the code", () => {
    expect(splitMail("Your code for Shop is 012345.\n\nIt works once.").code).toBe("012345");
  });

  it("sets links apart, without the sentence around them", () => {
    expect(splitMail("Join: http://localhost:3000/invitation#token=a_b-c.\n").parts).toEqual([
      { text: "Join: ", isLink: false },
      { text: "http://localhost:3000/invitation#token=a_b-c", isLink: true },
      { text: ".", isLink: false },
    ]);
  });
});

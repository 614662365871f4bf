// What those who wait are told now, in each language that it was given in.
import type { Words } from "../../common/language.ts";

export function Told({ words }: { words: Words }) {
  if (typeof words === "string") return <blockquote>{words}</blockquote>;
  return (
    <>
      <blockquote lang="en">{words.en}</blockquote>
      <blockquote lang="ko">{words.ko}</blockquote>
    </>
  );
}

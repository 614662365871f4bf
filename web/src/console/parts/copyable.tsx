// Text to take along: a file's content, an address, a key.
import { useSignal } from "@preact/signals";
import { announceNow } from "../../common/announce.ts";
import { t } from "../texts/index.ts";

export function Copyable({ title, text }: { title: string; text: string }) {
  const isCopied = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      isCopied.value = true;
      announceNow(t("copy.done"));
    } catch {
      announceNow(t("copy.failed"));
    }
  };
  return (
    <figure class="copyable">
      <figcaption>
        <span>{title}</span>
        <button type="button" class="button quiet" onClick={copy}>
          {t(isCopied.value ? "copy.done" : "copy.do")}
        </button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no pointer scrolls it by keyboard */}
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}

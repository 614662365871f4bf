// Codes that were just made: to be copied or kept as a file, this once.
import { useEffect, useMemo } from "preact/hooks";
import type { NewCodes } from "../../api/seller_types.ts";
import { Copyable } from "../../parts/copyable.tsx";
import { t } from "../texts/index.ts";
import { fileNameOf, tableOfCodes } from "./file.ts";

export function MadeCodes({ made: { label, codes } }: { made: NewCodes }) {
  const href = useMemo(
    () => URL.createObjectURL(new Blob([tableOfCodes(codes)], { type: "text/csv" })),
    [codes],
  );
  useEffect(() => () => URL.revokeObjectURL(href), [href]);
  return (
    <section class="tile panel" aria-label={t("codes.made_now")}>
      <h2>{t("codes.made_now")}</h2>
      <output class="notice">{t("codes.once")}</output>
      <a class="button" href={href} download={fileNameOf(label)}>
        {t("codes.file", { count: codes.length })}
      </a>
      <Copyable title={label} text={codes.join("\n")} />
    </section>
  );
}

// What a change would do to those who wait, before anybody makes it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { duration, number } from "../../../../common/format.ts";
import { asRefusal, type Refusal } from "../../../api/call.ts";
import { previewLimits } from "../../../api/operator.ts";
import type { LimitsChange, LimitsPreview } from "../../../api/operator_types.ts";
import { Problem } from "../../../parts/problem.tsx";
import { Table } from "../../../parts/table.tsx";
import { t } from "../../texts/index.ts";

/** Whoever drags a slider asks for nothing until it rests. */
const REST_MS = 350;

export function Preview({ dropId, change }: { dropId: string; change: LimitsChange }) {
  const preview = useSignal<LimitsPreview | null>(null);
  const refusal = useSignal<Refusal | null>(null);
  const asked = JSON.stringify(change);
  useEffect(() => {
    let isWanted = true;
    const ask = async () => {
      try {
        const answer = await previewLimits(dropId, change);
        if (!isWanted) return;
        preview.value = answer;
        refusal.value = null;
      } catch (error) {
        if (isWanted) refusal.value = asRefusal(error);
      }
    };
    const timer = setTimeout(() => void ask(), REST_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [dropId, asked]);
  return (
    <section class="preview" aria-live="polite">
      <h2>{t("preview.title")}</h2>
      <Problem refusal={refusal.value} />
      {preview.value !== null && <Waits preview={preview.value} />}
    </section>
  );
}

function Waits({ preview }: { preview: LimitsPreview }) {
  return (
    <>
      <p class="small">
        {t("preview.from", {
          waiting: preview.waiting,
          occupied: preview.occupied,
          ended: preview.ended_last_minute,
        })}
      </p>
      <Table
        caption={t("preview.title")}
        rows={preview.positions}
        rowKey={(row) => row.share_percent}
        empty={t("preview.nobody")}
        columns={[
          {
            title: t("preview.position"),
            cell: (row) => t("preview.at", { percent: row.share_percent, position: number(row.position) }),
          },
          { title: t("preview.before"), isFigure: true, cell: (row) => wait(row.before_seconds) },
          { title: t("preview.after"), isFigure: true, cell: (row) => wait(row.after_seconds) },
        ]}
      />
    </>
  );
}

const wait = (seconds: number | null) => (seconds === null ? t("preview.never") : duration(seconds * 1_000));

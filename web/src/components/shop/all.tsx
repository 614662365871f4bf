// The panels of the shop, built by what builds them there. Their ids are on this page more than once.
import { useEffect, useRef } from "preact/hooks";
import type { Panel } from "../../common/panel.ts";
import { Shown } from "../shown.tsx";
import { t } from "../texts.ts";
import { afterPanels, beforePanels, turnPanels, waitingPanels } from "./panels.ts";

export const ShopParts = () => (
  <>
    <Group title={t("before")} panels={beforePanels()} />
    <Group title={t("waiting")} panels={waitingPanels()} />
    <Group title={t("turn")} panels={turnPanels()} />
    <Group title={t("after")} panels={afterPanels()} />
  </>
);

function Group({ title, panels }: { title: string; panels: readonly Panel[] }) {
  return (
    <Shown title={title}>
      {panels.map((panel, n) => (
        <Mounted key={n} panel={panel} />
      ))}
    </Shown>
  );
}

function Mounted({ panel }: { panel: Panel }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    panel.update();
    box.current?.replaceChildren(panel.root);
  }, [panel]);
  return <div ref={box} class="tile panel" />;
}

// Who else may run the shop: links that sign a colleague in.
import { NewLink } from "../../parts/new_link.tsx";
import { Page } from "../../parts/page.tsx";
import { t } from "../texts/index.ts";

export function PeoplePage() {
  return (
    <Page title={t("people.title")}>
      <NewLink roles={["seller"]} namesSeller={false} />
    </Page>
  );
}

// The seller console: which page is at which address.
import { Console, Ways } from "../parts/console.tsx";
import { Page } from "../parts/page.tsx";
import { hrefOf, route } from "../state/route.ts";
import { DropPage } from "./drop/page.tsx";
import { DropsPage } from "./drops/page.tsx";
import { MembersPage } from "./members/page.tsx";
import { PeoplePage } from "./people/page.tsx";
import { ProductsPage } from "./products/page.tsx";
import { t } from "./texts/index.ts";
import { ThemePage } from "./theme/page.tsx";
import { t as tTheme } from "./theme/texts/index.ts";
import { WizardPage } from "./wizard/page.tsx";

export function SellerApp() {
  return (
    <Console whose="seller" ways={<SellerWays />}>
      <SellerPage />
    </Console>
  );
}

function SellerWays() {
  const here = route.value.path[0] ?? "drops";
  const way = (place: string, label: string) => ({
    href: hrefOf(place === "drops" ? [] : [place]),
    label,
    isCurrent: here === place,
  });
  return (
    <Ways
      ways={[
        way("drops", t("drops.title")),
        way("new", t("wizard.title")),
        way("products", t("products.title")),
        way("members", t("members.title")),
        way("theme", tTheme("theme.title")),
        way("people", t("people.title")),
      ]}
    />
  );
}

function SellerPage() {
  const [place, id] = route.value.path;
  if (place === undefined) return <DropsPage />;
  if (place === "drops") return id === undefined ? <DropsPage /> : <DropPage key={id} id={id} />;
  if (place === "new") return <WizardPage />;
  if (place === "products") return <ProductsPage />;
  if (place === "members") return <MembersPage />;
  if (place === "theme") return <ThemePage key={id ?? ""} dropId={id ?? null} />;
  if (place === "people") return <PeoplePage />;
  return (
    <Page title={t("missing.title")}>
      <p>
        <a href="#/">{t("missing.back")}</a>
      </p>
    </Page>
  );
}

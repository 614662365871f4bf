// A new drop, step by step. What was typed stays while somebody looks at other pages.
import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { announceNow } from "../../../common/announce.ts";
import { serverNow } from "../../../common/clock.ts";
import { Attempt } from "../../api/attempt.ts";
import { createDrop, listProducts, protectSite } from "../../api/seller.ts";
import type { DropInput, Product, SiteInput } from "../../api/seller_types.ts";
import { Page } from "../../parts/page.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tabs } from "../../parts/small.tsx";
import { useAct } from "../../state/act.ts";
import { type Paged, usePages } from "../../state/pages.ts";
import { go, hrefOf, route } from "../../state/route.ts";
import { ownZone, wallOf } from "../../time/zones.ts";
import { isVisits } from "../products/visits.ts";
import { t } from "../texts/index.ts";
import { dropBody, siteBody } from "./body.ts";
import { CheckStep } from "./check.tsx";
import { faultsOf } from "./checks.ts";
import { newDraft, type WizardDraft, withProduct } from "./draft.ts";
import { sayFault } from "./say_fault.ts";
import type { StepProps } from "./step_props.ts";
import { beside, firstWrong, isRight, type StepName, stepOf, stepsOf } from "./steps.ts";
import { SpeedStep, TimesStep } from "./times_and_speed.tsx";
import { UnitsStep } from "./units_step.tsx";
import { NewProduct, WhatStep } from "./what.tsx";
import { WhatIfPart } from "./what_if.tsx";
import { WhoStep } from "./who_step.tsx";

const freshDraft = () => newDraft(serverNow(), ownZone(), wallOf);
const draft = signal<WizardDraft>(freshDraft());

/** Steps beside which it is drawn what the draft would do. */
const DRAWN: readonly StepName[] = ["units", "speed", "check"];

const hrefOfStep = (step: StepName) => hrefOf(["new"], { step });

export function WizardPage() {
  const products = usePages(listProducts, []);
  const wizard = useWizard(products);
  const { step, steps, act, props } = wizard;
  const known = (products.rows ?? []).filter((product) => !isVisits(product));
  return (
    <Page title={t("wizard.title")}>
      <Tabs
        label={t("wizard.steps")}
        tabs={steps.map((name, n) => ({
          href: hrefOfStep(name),
          label: `${n + 1}. ${t(`step.${name}`)}`,
          isCurrent: name === step,
        }))}
      />
      <div class="beside">
        <form
          class="tile panel"
          onSubmit={(event) => {
            event.preventDefault();
            wizard.goOn();
          }}
        >
          <StepHeading step={step} />
          <StepFields wizard={wizard} products={products} />
          <Problem refusal={act.refusal} />
          <Ways step={step} steps={steps} busy={act.busy} />
        </form>
        {DRAWN.includes(step) && <WhatIfPart draft={props.draft} />}
        {step === "what" && props.draft.kind !== "pass" && (
          <NewProduct
            isNeeded={products.rows !== null && known.length === 0}
            onMade={(product) => {
              // Told again once its picture is there; somebody may have gone on by then.
              if (draft.peek().productId !== product.id)
                props.change(withProduct(draft.peek(), product, known));
              products.refresh();
            }}
          />
        )}
      </div>
    </Page>
  );
}

type Wizard = ReturnType<typeof useWizard>;

/** Where somebody is in the wizard, and what is wrong with what they have typed. */
function useWizard(products: Paged<Product>) {
  // Faults of a step are told once somebody has tried to leave it.
  const tried = useSignal<readonly StepName[]>([]);
  const act = useAct();
  const attempts = useRef({ drop: new Attempt<DropInput>(), site: new Attempt<SiteInput>() });
  const current = draft.value;
  const steps = stepsOf(current.kind !== "pass");
  const step = stepOf(route.value.query.get("step"));
  const product = products.rows?.find(({ id }) => id === current.productId) ?? null;
  const faults = faultsOf(current, product, serverNow());
  const isTold = tried.value.includes(step);
  const props: StepProps = {
    draft: current,
    say: (field) => (isTold ? sayFault(field, faults, current) : null),
    change: (part) => {
      draft.value = { ...draft.peek(), ...part };
    },
  };
  const goOn = () => {
    const wrong = step === "check" ? firstWrong(faults) : isRight(step, faults) ? null : step;
    const after = beside(step, 1, steps);
    if (wrong !== null) tried.value = [...tried.value, wrong];
    if (wrong !== null && wrong !== step) go(hrefOfStep(wrong));
    if (wrong !== null) return;
    if (after !== null) go(hrefOfStep(after));
    else void act.run(() => make(current, attempts.current));
  };
  return { step, steps, product, act, props, goOn };
}

function StepFields({ wizard, products }: { wizard: Wizard; products: Paged<Product> }) {
  const { step, product, props } = wizard;
  if (step === "what") return <WhatStep {...props} products={products} />;
  if (step === "units") return <UnitsStep {...props} product={product} />;
  if (step === "times") return <TimesStep {...props} />;
  if (step === "speed") return <SpeedStep {...props} />;
  if (step === "who") return <WhoStep {...props} />;
  return <CheckStep draft={props.draft} product={product} />;
}

interface Attempts {
  drop: Attempt<DropInput>;
  site: Attempt<SiteInput>;
}

/** Makes the drop and goes to it; a site goes on with what its proxy needs. */
async function make(content: WizardDraft, { drop, site }: Attempts): Promise<void> {
  const isSite = content.kind === "pass";
  const now = serverNow();
  const made = isSite
    ? await site.send(content, () => siteBody(content, now), protectSite)
    : await drop.send(content, () => dropBody(content, now), createDrop);
  draft.value = freshDraft();
  announceNow(t("act.done", { act: t("wizard.create") }));
  go(hrefOf(isSite ? ["drops", made.id, "site"] : ["drops", made.id]));
}

/** Has the keyboard when its step comes. */
function StepHeading({ step }: { step: StepName }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [step]);
  return (
    <h2 ref={heading} tabIndex={-1}>
      {t(`step.${step}`)}
    </h2>
  );
}

function Ways({ step, steps, busy }: { step: StepName; steps: readonly StepName[]; busy: boolean }) {
  const before = beside(step, -1, steps);
  return (
    <div class="actions">
      {before !== null && (
        <a class="button quiet" href={hrefOfStep(before)}>
          {t("wizard.back")}
        </a>
      )}
      <button type="submit" class="button" disabled={busy}>
        {t(step === "check" ? "wizard.create" : "wizard.next")}
      </button>
    </div>
  );
}

// The fields for what those who wait are told.
import { t } from "../texts/index.ts";
import { AreaField } from "./fields.tsx";
import type { TypedWords } from "./words.ts";

interface WordsFieldsProps {
  value: TypedWords;
  set: (value: TypedWords) => void;
  maxLength: number;
}

export const WordsFields = ({ value, set, maxLength }: WordsFieldsProps) => (
  <>
    <AreaField
      label={t("act.message_en")}
      hint={t("act.message.hint")}
      value={value.en}
      set={(en) => set({ ...value, en })}
      maxLength={maxLength}
    />
    <AreaField
      label={t("act.message_ko")}
      hint={t("act.message.one")}
      value={value.ko}
      set={(ko) => set({ ...value, ko })}
      maxLength={maxLength}
    />
  </>
);

// Korean, in 해요체 throughout.
import type { Message } from "../../../../common/texts.ts";
import type { en } from "./en.ts";

export const ko: Record<keyof typeof en, Message> = {
  "theme.title": "브랜딩",
  "theme.whose": "적용할 페이지",
  "theme.all": "모든 드롭",
  "theme.intro": "드롭 페이지에 나만의 로고, 색상, 문구를 넣어요. 비워 둔 항목은 기본 모습 그대로 보여요.",
  "theme.intro_drop": "이 드롭에만 적용돼요. 비워 둔 항목은 모든 드롭의 설정을 따라요.",
  "theme.shop_page": "구매자 화면으로 보기",
  "theme.look": "색상과 문구",
  "theme.accent": "링크와 버튼 색상",
  "theme.accent.hint": "예: #0b6670. 밝은 화면에서 잘 보여야 해요. 어두운 화면에서는 더 밝게 바꿔 드려요.",
  "theme.band": "페이지 위쪽 띠의 색상",
  "theme.band.hint": "어떤 색이든 괜찮아요. 글자는 검은색과 흰색 중 잘 보이는 쪽으로 정해져요.",
  "theme.tagline_en": "제목 위 문구 (영어)",
  "theme.tagline_ko": "제목 위 문구 (한국어)",
  "theme.message_en": "제목 아래 안내 (영어)",
  "theme.message_ko": "제목 아래 안내 (한국어)",
  "theme.fault.colour": "#0b6670처럼 색상을 적어 주세요.",
  "theme.fault.both": "두 언어로 모두 적거나 모두 비워 주세요.",
  "theme.faint": "밝은 화면에서 잘 보이지 않아요. {darker} 색상은 잘 보여요.",
  "theme.save": "저장",
  "theme.saved": "저장했어요",
  "theme.logo": "로고",
  "theme.logo.none": "아직 로고가 없어요.",
  "theme.logo.choose": "파일 고르기",
  "theme.logo.hint":
    "8MB 이하의 JPEG, PNG, WebP 파일이에요. 투명한 부분은 흰색으로 바뀌고, 어두운 화면에서도 흰색이에요.",
  "theme.logo.remove": "로고 지우기",
  "theme.preview": "미리 보기",
  "theme.light": "밝은 화면",
  "theme.dark": "어두운 화면",
  "sample.title": "금요일 드롭",
  "sample.place": "내 대기 순서",
  "sample.join": "줄 서기",
  "sample.link": "다른 드롭 보기",
};

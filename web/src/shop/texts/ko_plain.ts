// The same in Korean, in 해요체 throughout.
import type { Message } from "../../common/texts.ts";
import type { enPlain } from "./en_plain.ts";

export const koPlain: Record<keyof typeof enPlain, Message> = {
  "page.failed": "문제가 생겼어요",
  "page.failed.hint": "저희 쪽에서 생긴 문제예요. 대기 순서와 주문은 그대로 유지돼요.",
  "page.failed.again": "다시 시도하기",

  "page.noscript":
    "대기 순서를 실시간으로 보여 드리려면 자바스크립트가 필요해요. 자바스크립트를 켠 뒤 새로고침해 주세요.",
  "plain.note": "자바스크립트가 꺼져 있어 화면이 저절로 새로고침돼요. 차례는 똑같이 와요.",
  "plain.code": "입장 코드를 쓰려면 자바스크립트를 켜 주세요.",
  "plain.see": "내 대기 순서 보기",
  "plain.title": "내 대기 순서",
  "plain.back": "드롭으로 돌아가기",
  "plain.of": "같은 상품을 기다리는 사람: {waiting}명",
  "plain.about": "예상 대기 시간 약 {low}–{high}분",
  "plain.left": "남은 상품: {left}개",
  "plain.keep":
    "이 페이지는 저절로 새로고침돼요. 닫아도 순서는 그대로예요. 상품은 잠시만 확보되니 내 차례에는 꼭 돌아와 주세요.",
  "plain.reload": "지금 새로고침",

  "plain.later.title": "지금은 처리하지 못했어요",
  "plain.later.hint": "접속이 몰리고 있거나 줄이 멈춰 있어요. 잠시 뒤에 다시 시도해 주세요.",
  "plain.restoring.title": "잠시만 기다려 주세요",
  "plain.restoring.hint":
    "지금은 줄에 연결할 수 없어요. 순서는 그대로이고, 이 페이지가 저절로 다시 시도해요.",
  "plain.refused.title": "이 줄에 설 수 없어요",
  "plain.cooling_down": "제시간에 결제하지 않아서 아직 이 드롭에 다시 줄을 설 수 없어요.",
  "plain.proof":
    "지금 접속이 몰려서 브라우저가 먼저 할 일이 있어요. 자바스크립트를 켜거나 몇 분 뒤에 다시 시도해 주세요.",
  "plain.bound.title": "자바스크립트를 켜 주세요",
  "plain.bound.hint":
    "자바스크립트를 켠 상태에서 받은 자리라서, 이 브라우저의 자리인지 스크립트로만 확인할 수 있어요. 순서는 그대로예요.",

  "plain.order": "내 주문",
  "plain.until": "{until}까지 확보",
  "plain.time": "이 페이지를 열었을 때 남은 결제 시간: {time}",
  "plain.units": "{units}개까지 살 수 있어요",
  "plain.take": "이 수량으로 정하기",
  "plain.pay": "{amount} 결제하기",
  "plain.visit.title": "이제 들어갈 수 있어요",
  "plain.visit.hint": "사이트로 들어가려면 자바스크립트를 켜고 이 페이지를 다시 열어 주세요.",
  "plain.problem.hold_expired": "결제 시간이 끝났어요.",
  "plain.problem.too_many_attempts": "이 주문에서 시도할 수 있는 카드를 모두 사용했어요.",
  "plain.problem.units_not_held": "확보된 수량보다 많아요.",
  "plain.problem.other": "처리하지 못했어요. 다시 시도해 주세요.",
};

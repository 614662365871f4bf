// What is said where a place in line is taken along to another device, in Korean.
import type { Message } from "../../common/texts.ts";
import type { enHandoff } from "./en_handoff.ts";

export const koHandoff: Record<keyof typeof enHandoff, Message> = {
  "line.handoff.hint":
    "다른 기기로 QR 코드를 찍거나, 그 기기에서 아래 페이지를 열어 코드를 입력해 주세요. 한 번만 쓸 수 있어요. 이 기기에서도 순서는 계속 볼 수 있어요.",
  "line.handoff.until": "{when}까지 쓸 수 있는 코드예요.",
  "line.handoff.close": "닫기",
  "line.handoff.qr": "다른 기기로 찍을 QR 코드",

  "handoff.title": "코드를 입력해 주세요",
  "handoff.hint":
    "다른 기기에 숫자 여덟 자리가 표시돼 있어요. 내 코드만 입력해 주세요. 입력하면 이 기기가 다른 기기의 순서를 이어받고, 이 기기에서 따로 서 있던 자리는 없어져요.",
  "handoff.code": "코드",
  "handoff.take": "여기서 계속하기",

  "error.handoff_refused": "사용할 수 없거나 이미 끝난 코드예요. 새 코드를 받아 주세요.",
  "error.ticket_required": "이 브라우저에서 내 자리를 찾을 수 없어요. 새로고침해 주세요.",
};

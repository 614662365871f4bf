// What the list of drops says besides, in Korean.
import type { Message } from "../../common/texts.ts";
import type { enList } from "./en_list.ts";

export const koList: Record<keyof typeof enList, Message> = {
  "drops.empty": "지금은 예정된 드롭이 없어요.",
  "drops.group.mine": "내 대기",
  "drops.group.open": "진행 중",
  "drops.group.soon": "오픈 예정",
  "drops.group.past": "종료",

  "drop.state.draft": "준비 중",
  "drop.state.scheduled": "오픈 예정",
  "drop.state.open": "판매 중",
  "drop.state.sold_out": "품절",
  "drop.state.closed": "종료",
  "drop.state.cancelled": "취소됨",
  "visit.drop.state.open": "입장 가능",
  "visit.drop.state.sold_out": "정원 마감",

  "drops.in_line": "대기 중",
  "ticket.state.waiting": "대기 중",
  "ticket.state.missed": "차례를 놓쳤어요. 돌아와 주세요",
  "ticket.state.admitting": "입장 중",
  "ticket.state.admitted": "입장 중",
  "ticket.state.closed": "대기 종료",
  "ticket.state.left": "대기 취소됨",
};

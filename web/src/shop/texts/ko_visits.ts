// What visits to a protected site have words of their own for, in Korean.
import type { Message } from "../../common/texts.ts";
import type { enVisits } from "./en_visits.ts";

export const koVisits: Record<keyof typeof enVisits, Message> = {
  "visit.drop.scheduled.hint":
    "이 화면에서 기다리면 줄이 열릴 때 버튼이 자동으로 나타나요. 일찍 온다고 순서가 빨라지지는 않아요.",
  "visit.drop.open.title": "{site} 입장하기",
  "visit.drop.open.hint":
    "{site}에는 원활하게 이용할 수 있는 만큼만 입장해요. 줄의 맨 뒤에 서게 되고, 내 차례가 되면 {minutes} 동안 이용할 수 있어요.",
  "visit.drop.sold_out.title": "정원이 모두 찼어요",
  "visit.drop.sold_out.hint": "{site}에는 정해진 인원만 입장할 수 있는데, 모두 입장했어요.",
  "visit.drop.closed.title": "종료된 줄이에요",
  "visit.drop.closed.hint": "{site} 입장 줄에는 더 이상 설 수 없어요.",
  "visit.drop.cancelled.title": "취소된 줄이에요",
  "visit.drop.cancelled.hint": "{site}에서 줄을 취소해서 이 줄로는 더 이상 아무도 입장하지 않아요.",

  "visit.line.keep":
    "새로고침하거나 화면을 잠가도 순서는 그대로예요. 내 차례가 되면 이 화면에서 {site} 사이트로 이동해요. 그때부터 바로 {minutes}의 이용 시간이 시작되니 꼭 돌아와 주세요.",
  "visit.stock.left": "{count}명 더 입장할 수 있음",
  "visit.stock.few": "{left}, 내 앞에 {ahead}명: 입장하지 못할 수도 있어요.",
  "visit.stock.held_first":
    "남은 자리는 모두 아직 오지 않은 분들의 자리예요. 오지 않는 분이 있으면 내 차례가 돼요.",
  "visit.stock.held":
    "남은 자리는 모두 아직 오지 않은 분들의 자리예요. 오지 않는 분이 있으면 다음 순서로 넘어가요.",
  "visit.stock.none": "남은 자리가 없어요.",
  "visit.odds.good": "입장할 수 있는 가능성이 높아요: 약 {percent}.",
  "visit.odds.fair": "입장할 수 있는 가능성은 보통이에요: 약 {percent}.",
  "visit.odds.slim": "입장할 수 있는 가능성이 낮아요: 약 {percent}.",
  "visit.odds.none": "입장하지 못할 가능성이 매우 높아요.",
  "visit.admitting.hint": "입장권을 준비하고 있어요. 잠시만 이 화면에서 기다려 주세요.",
  "visit.left.hint": "줄이 열려 있는 동안에는 맨 뒤에 다시 줄을 설 수 있어요.",
  "visit.closed.title.sold_out": "내 차례 전에 정원이 찼어요",
  "visit.closed.title.not_enough": "내 차례 전에 정원이 찼어요",
  "visit.closed.title.closed": "내 차례 전에 줄이 종료되었어요",
  "visit.closed.title.cancelled": "취소된 줄이에요",
  "visit.closed.reason.sold_out": "{site}에는 정해진 인원만 입장할 수 있는데, 모두 입장했어요.",
  "visit.closed.reason.not_enough": "{site}에는 정해진 인원만 입장할 수 있는데, 모두 입장했어요.",
  "visit.closed.reason.closed": "이 줄로는 더 이상 {site}에 입장할 수 없어요.",
  "visit.closed.reason.cancelled": "{site}에서 줄을 취소했어요.",
  "visit.closed.reason.other": "이 줄에서의 대기가 끝났어요.",

  "order.state.passed": "지금 입장할 수 있어요",
  "order.state.redeemed": "입장했어요",
  "order.state.visited": "방문이 끝났어요",
  "order.state.revoked": "입장권이 회수되었어요",

  "visit.order.state.rejected": "입장하지 못했어요",
  "visit.order.state.expired": "이용 시간이 끝났어요",
  "visit.order.state.cancelled": "취소된 줄이에요",
};

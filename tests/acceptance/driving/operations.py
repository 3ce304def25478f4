"""The API's operations, and what their answers say in the words of the business."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.acceptance.driving.words import snake

Answer = dict[str, Any]
MONEY, PERSON = "{amount currency}", "{email firstName lastName}"
CONFERENCE = f"""{{id slug name tagline description location timeZone startsOn endsOn currency holdSeconds seatsPerOrder
cancelDays cancelFeePercent transferDays transferDetails
state owner{{name email}} seatTypes{{id name description price{MONEY} quota retired}}}}"""
ORDER = f"""{{id code conferenceId state offered extended kept{MONEY} discounts{{codeId code amount{MONEY}}}
waitlist{{place waiting}} lines{{seatTypeId name unitPrice{MONEY} wanted granted total{MONEY}}}
total{MONEY} placedAt payBy serverTime registrant{PERSON} paymentMethods
payment{{id state amount{MONEY} refunded{MONEY} method payAt}} refunds{{paymentId number amount{MONEY} state due}}
seats{{position seatTypeId seatType attendee{PERSON}}}}}"""
AVAILABILITY = f"{{open seats{{seatTypeId name price{MONEY} quota held sold available waiting retired}}}}"
CODE = f"{{id code percent amount{MONEY} seatTypeIds combinesWith limit used ended}}"
CANCELLATION = f"{{possible whyNot until feePercent refund{MONEY} fee{MONEY}}}"
WRONG = """... on Refusal{code message} ... on Refused{errors{field message code}}
... on TooManyTries{retryAfter} ... on Busy{retryAfter}"""
RESULTS = {
    "created": f"... on ConferenceCreated{{accessCode position conference{CONFERENCE}}}",
    "conference": f"... on ConferenceChanged{{position conference{CONFERENCE}}}",
    "placed": f"... on OrderDecided{{secret position order{ORDER}}} ... on Deciding{{secret position order{ORDER}}}",
    "order": f"... on OrderChanged{{position order{ORDER}}}",
    "code": f"... on PromoCodeChanged{{position promoCode{CODE}}}",
    "signed in": "... on SignedIn{conferences{slug}}",
}
COMMAND = "commandId: UUID!"
OF = f"{COMMAND}, conferenceId: UUID!"
FOR = f"{COMMAND}, orderId: UUID!"
MUTATIONS = {
    "createConference": (f"{OF}, input: ConferenceInput!, owner: OwnerInput!", "created"),
    "editConference": (f"{OF}, input: ConferenceInput!", "conference"),
    "publishConference": (OF, "conference"),
    "unpublishConference": (OF, "conference"),
    "addSeatType": (f"{OF}, seatTypeId: UUID!, input: SeatTypeInput!", "conference"),
    "editSeatType": (f"{OF}, seatTypeId: UUID!, input: EditSeatTypeInput!", "conference"),
    "changeQuota": (f"{OF}, seatTypeId: UUID!, quota: Int!", "conference"),
    "retireSeatType": (f"{OF}, seatTypeId: UUID!", "conference"),
    "deleteSeatType": (f"{OF}, seatTypeId: UUID!", "conference"),
    "signIn": ("email: String!, accessCode: String!", "signed in"),
    "placeOrder": (f"{FOR}, conferenceId: UUID!, items: [OrderItemInput!]!", "placed"),
    "changeOrder": (f"{FOR}, items: [OrderItemInput!]!", "placed"),
    "enterDetails": (f"{FOR}, registrant: PersonInput!", "order"),
    "startPayment": (f"{FOR}, paymentId: UUID!, gateway: PaymentMethod", "order"),
    "recordTransfer": (f"{COMMAND}, paymentId: UUID!", "order"),
    "recordRefund": (f"{COMMAND}, paymentId: UUID!, number: Int!", "order"),
    "abandonPayment": (f"{FOR}, paymentId: UUID!", "order"),
    "cancelOrder": (FOR, "order"),
    "joinWaitlist": (f"{FOR}, conferenceId: UUID!, item: OrderItemInput!, registrant: PersonInput!", "placed"),
    "applyCode": (f"{FOR}, code: String!", "order"),
    "removeCode": (f"{FOR}, codeId: UUID!", "order"),
    "extendHold": (FOR, "order"),
    "cancelSeats": (f"{FOR}, positions: [Int!]!", "order"),
    "refundSeats": (f"{FOR}, positions: [Int!]!, amount: MinorUnits", "order"),
    "resendConfirmation": (FOR, "order"),
    "createPromoCode": (f"{OF}, code: String!, input: PromoCodeInput!", "code"),
    "cloneConference": (f"{OF}, newConferenceId: UUID!, slug: String!, startsOn: Date!", "created"),
    "changePromoCode": (f"{OF}, code: String!, input: PromoCodeInput!", "code"),
    "endPromoCode": (f"{OF}, code: String!", "code"),
    "assignSeat": (f"{FOR}, position: Int!, attendee: PersonInput!", "order"),
    "unassignSeat": (f"{FOR}, position: Int!", "order"),
    "openOrder": ("orderId: UUID!, secret: String!", "order"),
    "findOrder": ("conferenceId: UUID, email: String!, code: String!", "order"),
}


def mutation(name: str) -> str:
    """The document of a mutation, with a variable for each of its arguments."""
    arguments, result = MUTATIONS[name]
    return f"mutation{_with(name, arguments, f'{{ __typename {RESULTS[result]} {WRONG} }}')}"


def query(field: str, arguments: str, selection: str) -> str:
    """The document that asks for one root field; `arguments` like "id: UUID!"."""
    return f"query{_with(field, arguments, selection)}"


def subscription(field: str, arguments: str, selection: str) -> str:
    """The document that watches one root field."""
    return f"subscription{_with(field, arguments, selection)}"


def _with(field: str, arguments: str, selection: str) -> str:
    variables = ", ".join(f"${one}" for one in arguments.split(", ") if one)
    given = ", ".join(f"{one}: ${one}" for one in re.findall(r"(\w+):", arguments))
    return f"{f'({variables})' if variables else ''} {{ {field}{f'({given})' if given else ''} {selection} }}"


def refusal(said: Mapping[str, Any]) -> Answer:
    """{refused: SlugTaken, field: slug, fields: [slug], message, retry_after}."""
    name = "".join(part.capitalize() for part in said["code"].split("_"))
    fields = [snake(error["field"]) for error in said.get("errors") or ()]
    answer = {"refused": name, "field": fields[0] if fields else None, "fields": fields, "message": said["message"]}
    return answer | ({"retry_after": said["retryAfter"]} if "retryAfter" in said else {})


def conference(said: Mapping[str, Any]) -> Answer:
    """What is shown of a conference; seat_types by name."""
    plain = {snake(key): value for key, value in said.items() if isinstance(value, str | int) and key != "id"}
    types = {
        one["name"]: {key: one[key] for key in ("description", "price", "quota", "retired")}
        for one in said["seatTypes"]
    }
    return plain | {"state": said["state"].lower(), "owner": said["owner"], "seat_types": types}


def order(said: Mapping[str, Any]) -> Answer:
    """An order: `wanted` and `seats` (granted ones) by seat type name; `attendees` are its numbered seats."""
    granted = {line["name"]: line["granted"] for line in said["lines"] if line["granted"] is not None}
    server_time, pay_by = datetime.fromisoformat(said["serverTime"]), datetime.fromisoformat(said["payBy"])
    payment = said["payment"]
    return {
        "code": said["code"],
        "state": said["state"].lower(),
        "wanted": {line["name"]: line["wanted"] for line in said["lines"]},
        "seats": {name: number for name, number in granted.items() if number},
        "prices": {line["name"]: line["unitPrice"] for line in said["lines"]},
        "total": said["total"],
        "discounts": {one["code"]: one["amount"] for one in said["discounts"]},
        "kept": said["kept"],
        "offered": said["offered"],
        "extended": said["extended"],
        "place": said["waitlist"] and said["waitlist"]["place"],
        "pay_by": said["payBy"],
        "seconds_left": (pay_by - server_time).total_seconds(),
        "registrant": person(said["registrant"]),
        "payment": payment and payment["state"].lower(),
        "paid_by": payment and payment["method"] and payment["method"].lower(),
        "methods": [method.lower() for method in said["paymentMethods"]],
        "refunded": payment and payment["refunded"],
        "refunds": [
            {"amount": one["amount"], "state": one["state"].lower(), "due": one["due"]} for one in said["refunds"]
        ],
        "attendees": [
            {"seat": seat["position"], "seat_type": seat["seatType"], "attendee": person(seat["attendee"])}
            for seat in said["seats"]
        ],
        "unassigned": sum(seat["attendee"] is None for seat in said["seats"]),
    }


def availability(said: Mapping[str, Any]) -> Answer:
    """{open, and available, held, sold, quota and prices by seat type name}; retired types are left out."""
    seats = [seat for seat in said["seats"] if not seat["retired"]]
    numbers = {
        key: {seat["name"]: seat[key] for seat in seats} for key in ("available", "held", "sold", "quota", "waiting")
    }
    return {"open": said["open"], **numbers, "prices": {seat["name"]: seat["price"] for seat in seats}}


def person(said: Mapping[str, Any] | None) -> Answer | None:
    """{name, first_name, last_name, email}."""
    if said is None:
        return None
    plain = {snake(key): value for key, value in said.items()}
    return {"name": f"{plain['first_name']} {plain['last_name']}", **plain}

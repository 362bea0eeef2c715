"""What each engine calls a kind of message, and the neutral word for it."""

from collections.abc import Mapping
from typing import Final

INTERNAL: Final = "internal"
"""A kind for what the protocol says to itself: keys, deletions, votes, calls, notices."""

WRAPPERS: Final = frozenset({
    "ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension",
    "documentWithCaptionMessage", "deviceSentMessage", "editedMessage", "lottieStickerMessage",
    "associatedChildMessage", "groupMentionedMessage", "botInvokeMessage", "pollCreationMessageV4",
    "eventCoverImage", "botForwardedMessage", "botTaskMessage", "questionMessage",
})  # fmt: skip

_WEB: Final[Mapping[str, str]] = {
    "chat": "text", "image": "image", "video": "video", "audio": "audio", "ptt": "voice", "ptv": "video",
    "document": "document", "sticker": "sticker", "location": "location", "vcard": "contacts",
    "multi_vcard": "contacts", "poll_creation": "poll", "buttons_response": "button",
    "template_button_reply": "button", "list_response": "list", "interactive_response": "interactive",
    "native_flow_response": "interactive", "order": "order", "product": "product",
    "list": "list message", "interactive": "interactive message", "buttons": "button message",
    "hsm": "template message", "payment": "payment", "groups_v4_invite": "group invitation",
    "newsletter_admin_invite": "channel invitation", "event_creation": "calendar event", "album": "album",
    "scheduled_call": "scheduled call", "sticker-pack": "sticker pack", "oversized": "oversized message",
    "revoked": INTERNAL, "e2e_notification": INTERNAL, "notification": INTERNAL, "gp2": INTERNAL,
    "notification_template": INTERNAL, "call_log": INTERNAL, "ciphertext": INTERNAL, "protocol": INTERNAL,
    "reaction": INTERNAL, "debug": INTERNAL, "broadcast_notification": INTERNAL, "poll_update": INTERNAL,
    "pinned_message": INTERNAL, "keep_in_chat": INTERNAL, "event_response": INTERNAL, "event_edit": INTERNAL,
    "newsletter_notification": INTERNAL, "group_notification": INTERNAL, "security": INTERNAL,
    "status_notification": INTERNAL, "biz_content_placeholder": INTERNAL,
}  # fmt: skip
"""whatsapp-web.js, in WEBJS and WPP."""

_PROTOCOL: Final[Mapping[str, str]] = {
    "conversation": "text", "extendedTextMessage": "text", "imageMessage": "image", "videoMessage": "video",
    "ptvMessage": "video", "audioMessage": "audio", "documentMessage": "document",
    "stickerMessage": "sticker", "locationMessage": "location", "liveLocationMessage": "location",
    "contactMessage": "contacts", "contactsArrayMessage": "contacts",
    "pollCreationMessage": "poll", "pollCreationMessageV2": "poll", "pollCreationMessageV3": "poll",
    "pollCreationMessageV5": "poll", "buttonsResponseMessage": "button",
    "templateButtonReplyMessage": "button", "listResponseMessage": "list",
    "interactiveResponseMessage": "interactive", "orderMessage": "order", "productMessage": "product",
    "listMessage": "list message", "buttonsMessage": "button message", "templateMessage": "template message",
    "highlyStructuredMessage": "template message", "interactiveMessage": "interactive message",
    "groupInviteMessage": "group invitation", "newsletterAdminInviteMessage": "channel invitation",
    "eventMessage": "calendar event", "albumMessage": "album", "sendPaymentMessage": "payment",
    "requestPaymentMessage": "payment", "invoiceMessage": "payment", "paymentInviteMessage": "payment",
    "declinePaymentRequestMessage": "payment", "cancelPaymentRequestMessage": "payment",
    "scheduledCallCreationMessage": "scheduled call", "stickerPackMessage": "sticker pack",
    "pollResultSnapshotMessage": "result of a poll", "requestPhoneNumberMessage": "request for the number",
    "commentMessage": "comment", "placeholderMessage": "message that only the phone shows",
    "reactionMessage": INTERNAL, "encReactionMessage": INTERNAL, "protocolMessage": INTERNAL,
    "pollUpdateMessage": INTERNAL, "pinInChatMessage": INTERNAL, "keepInChatMessage": INTERNAL,
    "secretEncryptedMessage": INTERNAL, "call": INTERNAL, "callLogMesssage": INTERNAL,
    "bcallMessage": INTERNAL, "scheduledCallEditMessage": INTERNAL, "encEventResponseMessage": INTERNAL,
    "encCommentMessage": INTERNAL, "stickerSyncRmrMessage": INTERNAL, "messageHistoryBundle": INTERNAL,
    "messageHistoryNotice": INTERNAL, "statusMentionMessage": INTERNAL, "groupStatusMentionMessage": INTERNAL,
    "statusNotificationMessage": INTERNAL, "fastRatchetKeySenderKeyDistributionMessage": INTERNAL,
    "senderKeyDistributionMessage": INTERNAL,
}  # fmt: skip
"""The protocol's message, in NOWEB and GOWS."""

KINDS: Final[Mapping[str, str]] = {**_WEB, **_PROTOCOL}

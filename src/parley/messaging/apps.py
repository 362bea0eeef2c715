from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "parley.messaging"
    label = "messaging"

    def ready(self) -> None:
        from parley.access.frame import show_count
        from parley.messaging.queries import unread_count

        show_count("inbox", unread_count)

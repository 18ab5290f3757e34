window.YTD.direct_messages.part0 = [
  {
    "dmConversation": {
      "conversationId": "1001-2002",
      "messages": [
        {
          "messageCreate": {
            "recipientId": "2002",
            "reactions": [],
            "urls": [
              {
                "url": "https://t.co/abc",
                "expanded": "https://harbour.example/contract",
                "display": "harbour.example/contract"
              }
            ],
            "text": "Have you seen this? {\"ok\"} https://t.co/abc",
            "mediaUrls": [
              "https://ton.example/dm/5/6/Xy_1.jpg",
              "https://ton.example/dm/5/7/Zz.png"
            ],
            "senderId": "1001",
            "id": "1678758286314176512",
            "createdAt": "2023-07-11T13:29:00.005Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "1001",
            "reactions": [],
            "urls": [],
            "text": "Just before midnight, café \\ closed.",
            "mediaUrls": [],
            "senderId": "2002",
            "id": "1678552694597353472",
            "createdAt": "2023-07-10T23:53:03.120Z"
          }
        },
        {
          "somethingNew": {
            "id": "77",
            "createdAt": "not a time"
          }
        }
      ]
    }
  }
]

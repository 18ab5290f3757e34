window.YTD.direct_messages_group.part0 = [
  {
    "dmConversation": {
      "conversationId": "1630251957744566279",
      "messages": [
        {
          "participantsLeave": {
            "userIds": [
              "90000014800"
            ],
            "createdAt": "2023-03-01T09:00:27.662Z"
          }
        },
        {
          "messageCreate": {
            "reactions": [],
            "urls": [],
            "text": "That is not a name.",
            "mediaUrls": [],
            "senderId": "90000031007",
            "id": "1630259678761975809",
            "createdAt": "2023-02-27T17:32:50.905Z"
          }
        },
        {
          "messageCreate": {
            "reactions": [],
            "urls": [],
            "text": "The Trust is.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1630259265358790656",
            "createdAt": "2023-02-27T17:31:12.341Z"
          }
        },
        {
          "messageCreate": {
            "reactions": [],
            "urls": [],
            "text": "Who is behind the Trust's account in here? I'd like a name for my notebook.",
            "mediaUrls": [],
            "senderId": "90000031007",
            "id": "1630256599618551810",
            "createdAt": "2023-02-27T17:20:36.778Z"
          }
        },
        {
          "messageCreate": {
            "reactions": [],
            "urls": [],
            "text": "Doors at half past one on Tuesday. The public benches hold thirty, so come early.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1630252440722866177",
            "createdAt": "2023-02-27T17:04:05.219Z"
          }
        },
        {
          "conversationNameUpdate": {
            "initiatingUserId": "90000022904",
            "name": "Hearing, Tuesday",
            "createdAt": "2023-02-27T17:02:48.530Z"
          }
        },
        {
          "joinConversation": {
            "initiatingUserId": "90000022904",
            "participantsSnapshot": [
              "90000031007",
              "90000014800"
            ],
            "createdAt": "2023-02-27T17:02:10.114Z"
          }
        }
      ]
    }
  }
]

window.YTD.direct_messages.part0 = [
  {
    "dmConversation": {
      "conversationId": "90000014800-90000022904",
      "messages": [
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "Please stop writing to me.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1679245261592854528",
            "createdAt": "2023-07-12T21:44:03.958Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "I told her in September. She asked me who else knew and I said nobody. We paid Oddwater Marine $50,000 to say what you told me for nothing.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1679244847854125058",
            "createdAt": "2023-07-12T21:42:25.314Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "Write back before somebody is hurt.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1678758814209277953",
            "createdAt": "2023-07-11T13:31:05.862Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "They opened it at nine this morning. There is a truck on it now. Did you ever tell her the number?",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1678758338424209408",
            "createdAt": "2023-07-11T13:29:12.430Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "The last box went to my lawyers on Friday. I'm done with this.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1678498160072196098",
            "createdAt": "2023-07-10T20:15:21.076Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "You promised us a name.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1658903644478636033",
            "createdAt": "2023-05-17T18:33:44.509Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "They are to open the pier again on 11 July. Somebody has signed for it.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1641430319468904448",
            "createdAt": "2023-03-30T13:20:59.187Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "And if they ask where the 41 is from: Its the commission's own figures, not ours.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1630692194316713986",
            "createdAt": "2023-02-28T22:11:30.645Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "We saw. Thank you. Their going to blame the contractor next, watch.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1630691621265735681",
            "createdAt": "2023-02-28T22:09:14.023Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "You saw. I would never, on my own, have written that without the minutes in front of me.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1630690714746617856",
            "createdAt": "2023-02-28T22:05:37.891Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "The hearing is at two. If anyone asks who postponed the inspection, the answer is the commission, twice, in writing. It would help if that were public before they sit down.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1630579860827013122",
            "createdAt": "2023-02-28T14:45:08.256Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "By people who are paid to tell me such things. For what it's worth, I have not told the Senator where the photographs came from.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1621257139823575041",
            "createdAt": "2023-02-02T21:19:58.360Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "By whom?",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1621255658198269952",
            "createdAt": "2023-02-02T21:14:05.112Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "Sorry for the silence. I was told not to use this account for anything about the pier.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1621254830334935042",
            "createdAt": "2023-02-02T21:10:47.738Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "Since you don't answer, we'll suppose that the letter went to somebody else.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1603780750581170177",
            "createdAt": "2022-12-16T15:55:02.471Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "Are you there? The offer stands.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1594724205683802112",
            "createdAt": "2022-11-21T16:07:33.904Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "A suggestion, and please hear us out. If the Senator wrote to the commission to ask about the closing, send us the letter and we will print it beside our own. It helps her and it helps us.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1583435539783090178",
            "createdAt": "2022-10-21T12:30:26.219Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "We'd rather not say here.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1579925476204347393",
            "createdAt": "2022-10-11T20:02:41.847Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "The inspection was postponed once already, that's on paper. What I need is who postponed it & why.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1579921834453762048",
            "createdAt": "2022-10-11T19:48:13.590Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "Two of the commissioners were told in the spring. We can show you the minutes.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1579880988379447298",
            "createdAt": "2022-10-11T17:05:55.126Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "Thank you for that. Nobody who has stood under that pier thinks it is safe.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1577654879189467137",
            "createdAt": "2022-10-05T13:40:09.335Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "Saw them. She won't touch it until the hearing. I might, from my own account.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1576945242244907008",
            "createdAt": "2022-10-03T14:40:18.702Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [
              {
                "url": "https://t.example/pf01",
                "expanded": "https://pierfacts.example/north-pier",
                "display": "pierfacts.example/north-pier"
              }
            ],
            "text": "The photographs are up: https://t.example/pf01 It would be a kindness if she said something about them. People will listen to her before they listen to us.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1576938247685144578",
            "createdAt": "2022-10-03T14:12:31.068Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "We're looking at the page. Forty-one.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1572610311238713345",
            "createdAt": "2022-09-21T15:34:50.614Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "41? You're sure it isn't 71?",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1572609856844595200",
            "createdAt": "2022-09-21T15:33:02.277Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "14 March. The north pier got 41 out of 100. The report says that it \"should not carry vehicles\" and it has carried them every day since.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1572609431852548098",
            "createdAt": "2022-09-21T15:31:20.950Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000014800",
            "reactions": [],
            "urls": [],
            "text": "I don't know who this is, and I don't want to know how you got in. But send me the date of the last inspection and I'll ask about it.",
            "mediaUrls": [],
            "senderId": "90000022904",
            "id": "1572609025567096833",
            "createdAt": "2022-09-21T15:29:44.083Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90000022904",
            "reactions": [],
            "urls": [],
            "text": "Good evening, Mr Ashgrove. The Sound Commission keeps its pier inspections behind a password, and the password is the name of the harbour. Somebody ought to tell the Senator before a newspaper does.",
            "mediaUrls": [],
            "senderId": "90000014800",
            "id": "1572433465964494848",
            "createdAt": "2022-09-21T03:52:07.411Z"
          }
        }
      ]
    }
  }
]
